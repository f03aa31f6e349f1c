"""Prints a spec of about 2,000 nodes: blocks of two branches and a residual path, for `geoc graph`."""

print("geoc: 1\nmodel: large\ninputs: { x: \"R[16]\", y: Label(3) }\ngraph:")
last = "x"
for k in range(333):
    print(f"""  - linear: {{ x: {last}, out: 16 }}
    as: a{k}
  - relu: {{}}
  - linear: {{ out: 16 }}
    as: c{k}
  - tanh: {{ x: a{k} }}
    as: d{k}
  - add:
    from: [c{k}, {last}]
    as: e{k}
  - add:
    from: [d{k}, e{k}]
    as: f{k}""")
    last = f"f{k}"
print("  - linear: { out: 3 }\n    as: logits\nloss: { cross_entropy: { logits: logits, target: y } }")
