"""Single kernels beside PyTorch, with the ratios that a prototype reached and that are the goals.

A row says what it times: "resident" is a kernel alone inside a plan, where its values stay in lanes; "stand-alone" adds the
transposition into lanes and back; all others are a function of a spec as a whole. Prototypes and goals are from a machine
with vectors of 64 bytes; like theirs, times are the least of the interleaved rounds. The last columns compare with the
multiply-adds that this machine reached in the same run: what geoc and PyTorch reach, and what the goal needs. A goal that
needs more than the peak cannot be reached here by these products; Winograd's convolutions take fewer.
"""
import dataclasses, statistics

from interleaved import line, number, table

# Kernel, type, batch, threads, sizes; for each size PyTorch's time divided by the prototype's, then by that of the goal.
TARGETS = (
    ("eigh, resident", "f64", 256, 1, (3, 6, 8, 16, 20, 32, 50, 64, 93), (24, 17, 17, 14, 13, 9.4, 6.2, 4.9, 3.6),
     (24, 20, 20, 16, 15, 12, 8, 7, 6)),
    ("eigh, resident", "f32", 256, 1, (3, 6, 8, 16, 20, 32, 50, 64, 93), (36, 30, 30, 27, 24, 16, 10, 7, 5.6),
     (36, 32, 32, 30, 27, 20, 14, 10, 8)),
    ("eigh, resident", "f64", 256, 2, (8, 16, 20, 32, 50, 64, 93), (15, (19, 22), 20, 18, 9, 7, 5.5),
     (25, 25, 25, 20, 13, 11, 9)),
    ("eigh, resident", "f64", 1, 1, (8, 16, 20, 32, 64), (1.8, 1.2, 1, 0.8, 0.4), (2.5, 1.7, 1.4, 1, 1)),
    ("eigh, resident", "f64", 4, 1, (8, 16, 32, 64), (4.1, 3.5, 2.7, 1.6), (5, 4.5, 3.5, 2.5)),
    ("log", "f64", 256, 1, (8, 16, 32, 64, 93), (16, 11, 8.5, 4.7, 3.9), (18, 14, 11, 7, 6)),
    ("log", "f32", 256, 1, (8, 16, 32, 64, 93), (27, 20, 15, 6.7, 5.3), (30, 26, 19, 10, 8)),
    ("log and gradient", "f64", 256, 1, (8, 16, 20, 32, 50, 64), (14, 9.6, 9.1, 6.7, 5.3, 4), (18, 13, 12, 9, 7, 6)),
    ("log and gradient", "f32", 256, 1, (8, 16, 20, 32, 50, 64), (23, 16, 15, 9.7, 7.4, 4.9), (27, 22, 20, 14, 10, 8)),
    ("x yᵀ, resident", "f64", 256, 1, (8, 16, 20, 32, 50, 64, 93), (7.4, 6.2, 5.6, 3.2, 3.2, 3, 2.9),
     (8, 6, 6, 4, 3.5, 3.2, 3)),
    # The better of two prototypes: lanes with both transpositions, and one matrix after the other.
    ("x yᵀ, stand-alone", "f64", 256, 1, (8, 16, 20, 32, 50, 64, 93), (6.1, 5.5, 2.7, 4, 2, 2.4, 2),
     (6, 5.5, 4, 4, 3, 3, 2.5)),
    ("linear 64 → 10", "f32", 256, 1, (64,), (3.5,), (4,)),
    ("linear 64 → 10", "f64", 256, 1, (64,), (3.2,), (4,)),
    ("product 256 → 64", "f32", 256, 1, (256,), (1.9,), (2,)),
    ("product 256 → 64", "f64", 256, 1, (256,), (1.9,), (2,)),
    ("product 64 → 64", "f32", 4096, 1, (64,), (2.1,), (2,)),
    ("product 64 → 64", "f64", 4096, 1, (64,), (1.9,), (2,)),
    ("linear 64 → 64 and relu", "f32", 4096, 1, (64,), (None,), (2.3,)),
    ("linear 64 → 64 and relu", "f64", 4096, 1, (64,), (None,), (2.3,)),
    # OpenBLAS: 1.1 with its kernels for vectors of 32 bytes, for which the goal is the same.
    ("product 512 → 512", "f32", 512, 1, (512,), ((1.1, 2.2),), (2,)),
    ("product 512 → 512", "f64", 512, 1, (512,), (1.8,), (1.8,)),
    ("product 1024 → 1024", "f32", 1024, 1, (1024,), ((1.1, 2.2),), (2,)),
    ("product 1024 → 1024", "f64", 1024, 1, (1024,), (1.8,), (1.8,)),
    ("tanh, resident", "f32", 4096, 1, (64,), (8.4,), (9,)),
    ("expmap0 and projection, eager", "f32", 4096, 1, (64,), (10,), (10,)),
    ("expmap0 and projection, torch.compile", "f32", 4096, 1, (64,), (3.8,), (4,)),
    ("expmap0 and projection, eager with malloc as it is", "f32", 4096, 1, (64,), ((20, 75),), (None,)),
    ("logmap0, eager", "f32", 4096, 1, (64,), (2.9,), (3,)),
    ("logmap0, torch.compile", "f32", 4096, 1, (64,), (8,), (8,)),
    ("expmap0(relu(logmap0)), eager", "f32", 4096, 1, (64,), (10,), (11,)),
    ("expmap0(relu(logmap0)), torch.compile", "f32", 4096, 1, (64,), (16,), (15,)),
    ("3×3 convolution, resident", "f32", 128, 1, (4, 8, 16, 32), ((5.6, 7.2), 2.8, (1.3, 1.8), (1.1, 1.2)), (7, 3, 1.6, 1.3)),
)
RATIOS = {(kernel, dtype, n, batch, threads): (prototype, goal) for kernel, dtype, batch, threads, sizes, prototypes, goals
          in TARGETS for n, prototype, goal in zip(sizes, prototypes, goals, strict=True)}
WITHOUT_OP = "Targets that no op gives by itself: eigh with sorted eigenvalues, whose goal is 0.95 times that of eigh; " \
    "elementwise exp and log (goal 5), asinh (12), atanh and log1p (3)."


def whole(profile):
    return profile["median_ms"]


def own(*kernels):
    """Time of these kernels. Steps add up over the workers, so that with several only their share of the whole counts."""
    def value(profile):
        us = sum(s["us"] for s in profile["steps"] if s["kernel"] in kernels)
        return us / 1e3 if profile["threads"] == 1 else whole(profile) * us / sum(s["us"] for s in profile["steps"])
    return value


@dataclasses.dataclass
class Row:
    kernel: str
    dtype: str
    n: int
    batch: int
    spec: str
    requests: dict      # by name, what to ask the PyTorch rows for
    operations: float   # of one item
    value: object = whole
    function: str = "predict"
    threads: tuple = (1, 2)
    is_best: bool = True  # one line against the fastest PyTorch row, else one for each


def spec(dtype, inputs, *nodes):
    return f"geoc: 1\nmodel: bench\ndtype: {dtype}\ninputs: {{ {inputs} }}\ngraph:\n" + "".join(f"  - {{ {n} }}\n" for n in nodes)


def eigh(sizes):
    for batch in (256, 4, 1):
        for dtype in ("f64", "f32") if batch == 256 else ("f64",):
            for n in sizes:
                if batch == 256 or ("eigh, resident", dtype, n, batch, 1) in RATIOS:
                    # Tridiagonal form 4/3 and Q 4/3; some 1.3 n² rotations of n pairs, 3 operations for each number.
                    yield Row("eigh, resident", dtype, n, batch, spec(dtype, f"x: 'SPD({n})'", "logeig: {}"),
                              {"eigh": dict(kernel="eigh", n=n, batch=batch, dtype=dtype)}, 6.6 * n ** 3, own("eigh"),
                              threads=(1, 2) if batch == 256 else (1,))


def log(sizes):
    for dtype in ("f64", "f32"):
        for n in sizes:
            # The eigendecomposition and U diag(log w) Uᵀ, of which half is computed.
            yield Row("log", dtype, n, 256, spec(dtype, f"x: 'SPD({n})'", "logeig: {}"),
                      {"log": dict(kernel="log", n=n, batch=256, dtype=dtype)}, 7.6 * n ** 3)


def gradient(sizes):
    for dtype in ("f64", "f32"):
        for n in sizes:
            # The logarithm and two congruences, each a product and half of one.
            yield Row("log and gradient", dtype, n, 256, spec(dtype, f"x: 'SPD({n})'", "logeig: {}"),
                      {"log": dict(kernel="log", n=n, batch=256, dtype=dtype, backward=True)}, 13.6 * n ** 3,
                      function="gradient_train")


def gemm(sizes):
    """Products of two matrices of each item, inside a plan that normalises rows before."""
    for n in sizes:
        if n < 8:
            continue
        # PyTorch is given the second operand either way.
        requests = {name: dict(kernel=name, n=n, batch=256, dtype="f64") for name in ("bmm", "bmm_transposed")}
        text = spec("f64", f"x: 'Ball({n}, c=1)[{n}]', y: 'Ball({n}, c=1)[{n}]'", "pairwise_cosine: {}, from: [x, y]")
        for kernel, value in (("resident", own("matmul")), ("stand-alone", own("pack", "matmul", "unpack"))):
            # A product and a sum for each of n³ terms.
            yield Row(f"x yᵀ, {kernel}", "f64", n, 256, text, requests, 2 * n ** 3, value)


def congruence(sizes):
    for n in sizes:
        # A product and, the result being symmetric, half of one.
        yield Row("Wᵀ X W", "f64", n, 256, spec("f64", f"x: 'SPD({n})'", f"bimap: {{ out: {n} }}"),
                  {"bmm": dict(kernel="congruence", n=n, batch=256, dtype="f64")}, 3 * n ** 3)


def linear(_):
    for kernel, rows, n, out, bias, relu in (
        ("linear 64 → 10", 256, 64, 10, True, False), ("product 256 → 64", 256, 256, 64, False, False),
        ("product 64 → 64", 4096, 64, 64, False, False), ("linear 64 → 64 and relu", 4096, 64, 64, True, True),
        ("product 512 → 512", 512, 512, 512, False, False), ("product 1024 → 1024", 1024, 1024, 1024, False, False),
    ):
        for dtype in ("f32", "f64"):
            nodes = [f"linear: {{ out: {out}, bias: {str(bias).lower()} }}"] + ["relu: {}"] * relu
            # A product and a sum for each weight; bias and relu are one for each result.
            yield Row(kernel, dtype, n, rows, spec(dtype, f"x: 'R[{n}]'", *nodes),
                      {"linear": dict(kernel="linear", n=n, out=out, batch=rows, dtype=dtype, bias=bias, relu=relu)},
                      2 * n * out)


def elementwise(_):
    # A polynomial for the exponential, a division and what puts them together: some 20 operations for each number.
    yield Row("tanh, resident", "f32", 64, 4096, spec("f32", "x: 'R[64]'", "tanh: {}"),
              {"tanh": dict(kernel="tanh", n=64, batch=4096, dtype="f32")}, 20 * 64, own("map"))


def ball(_):
    # Square, sum and scale for each number of a map, a maximum for relu; root, function and division once for a row.
    for kernel, space, node, name, operations in (
        ("expmap0 and projection", "R[64]", "expmap0: { c: 1 }", "expmap0", 3 * 64 + 40),
        ("logmap0", "Ball(64, c=1)", "logmap0: {}", "logmap0", 3 * 64 + 40),
        ("expmap0(relu(logmap0))", "Ball(64, c=1)", "ball_relu: {}", "ball_relu", 7 * 64 + 80),
    ):
        text, base = spec("f32", f"x: '{space}'", node), dict(kernel=name, n=64, batch=4096, dtype="f32")
        requests = {"eager": base, "torch.compile": dict(base, compile=True)}
        if name == "expmap0":
            requests["eager with malloc as it is"] = dict(base, malloc=[False])
        yield Row(kernel, "f32", 64, 4096, text, requests, operations, is_best=False)


def convolution(_):
    for c in (4, 8, 16, 32):
        side = 32 if c <= 8 else 16
        requests = {layout: dict(kernel="conv2d", n=c, side=side, batch=128, dtype="f32", layout=layout)
                    for layout in ("nchw", "nhwc")}
        # Nine weights for each pair of channels and pixel, a product and a sum for each.
        yield Row("3×3 convolution, resident", "f32", c, 128,
                  spec("f32", f"x: 'R[{c}, {side}, {side}]'", f"conv2d: {{ out: {c}, kernel: 3, padding: 1 }}"),
                  requests, 18 * c * c * side ** 2, own("conv2d"))


GROUPS = {f.__name__: f for f in (eigh, log, gradient, gemm, congruence, linear, elementwise, ball, convolution)}


def text(ratio):
    return "–" if ratio is None else f"{ratio[0]:g}–{ratio[1]:g}" if isinstance(ratio, tuple) else f"{ratio:g}"


def rows(b, peak):
    table("kernel", "type", "n", "batch", "threads", "PyTorch ms", "geoc ms", "ratio", "prototype", "goal",
          "geoc, of the peak", "PyTorch, of the peak", "goal, of the peak")
    times = {}
    for threads in b.a.threads:
        for row in (row for group in b.a.kernels for row in GROUPS[group](b.a.sizes) if threads in row.threads):
            ours, theirs, ratios, best = b.row(row.spec, row.function, row.batch, threads, "kernels", row.requests, row.value,
                                              least=True)
            times.setdefault((row.kernel, row.dtype, row.n, row.batch), {})[threads] = ours
            share = lambda ms: 100 * row.operations * row.batch / ms / 1e6 / peak[f"{row.dtype}_{threads}"]
            for name in [best] if row.is_best else theirs:
                kernel = row.kernel if row.is_best else f"{row.kernel}, {name}"
                prototype, goal = RATIOS.get((kernel, row.dtype, row.n, row.batch, threads), (None, None))
                need = share(theirs[name]) * (goal or 0)
                line(kernel, row.dtype, row.n, row.batch, threads, number(theirs[name]), number(ours), f"{ratios[name]:.2f}",
                     text(prototype), text(goal), f"{share(ours):.0f} %", f"{share(theirs[name]):.0f} %",
                     "–" if goal is None else f"{need:.0f} %" + ", above the peak" * (need > 100))
    print(f"\n{WITHOUT_OP}")
    gains = {key: t[1] / t[2] for key, t in times.items() if 1 in t and 2 in t and t[1] >= 0.25}
    if gains:
        least = min(gains, key=gains.get)
        print(f"A second thread gains {statistics.median(gains.values()):.2f} (median), {gains[least]:.2f} at least "
              f"({' '.join(map(str, least))}), of {len(gains)} rows of at least 0.25 ms; prototype 1.7–1.93, goal 1.8.")
    print(flush=True)
