#!/usr/bin/env python3
"""geoc's optimizer steps beside PyTorch's, geoopt's and those of the papers, same machine, same run.

    python3 Tests/Benchmarks/optimizers.py --geoc .build/release/geoc --python PYTHON_WITH_TORCH_ADAMP_AND_GEOOPT

prints a Markdown table: milliseconds per optimizer step on gradients that are there beforehand, for geoc and its peers.
They take turns, `--rounds` times; a ratio is the median over the rounds of the ratio of two medians that follow each other.
"""
import argparse, json, os, statistics, subprocess, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SMALL = [[32, 32], [64], [16, 8, 3, 3], [10, 64], [8]] * 10
VECTORS = '[{ match: "v*", optimizer: { sgd: { lr: 0.02, momentum: 0.95 } } }]'
# case of geoc: optimizer, groups, and the peers that do the same, the first one being its reference.
RULES = {
    "sgd, momentum": ("sgd: { lr: 0.01, momentum: 0.9 }", None, ["sgd_momentum", "sgd_momentum_foreach", "sgd_momentum_fused"]),
    "adam": ("adam: { lr: 1.0e-3 }", None, ["adam", "adam_foreach", "adam_fused"]),
    "adamw": ("adamw: { lr: 1.0e-3 }", None, ["adamw", "adamw_foreach", "adamw_fused"]),
    "sgdp, cosine test": ("sgdp: { lr: 0.01, momentum: 0.9, weight_decay: 1.0e-4, scale_test: cosine }", None, ["sgdp"]),
    "adamp, cosine test": ("adamp: { lr: 1.0e-3, weight_decay: 0.01, scale_test: cosine }", None, ["adamp"]),
    "auon, code": ("auon: { lr: 0.05, variant: code }", None, ["auon"]),
    "hybrid_auon, 1": ("hybrid_auon: { lr: 0.05, variant: code, ns_steps: 1, conv_view: last_two }", None, ["hybrid_auon_ns1"]),
    "hybrid_auon, 5": ("hybrid_auon: { lr: 0.05, variant: code, conv_view: last_two }", None, ["hybrid_auon_ns5"]),
    "muon": ("muon: { lr: 0.02, conv_view: last_two }", VECTORS, ["muon_ns5_f32", "muon_ns5_bf16"]),
    "normalized_gd": ("normalized_gd: { lr: 0.01, scope: tensor }", None, ["normalized_gd"]),
}


def spec(types, rule, groups=None, dtype="f32"):
    nodes, terms = "", []
    for k, kind in enumerate(types):
        name = f"{'v' if kind.count(',') == 0 and kind.startswith('R') else 'w'}{k}"
        nodes += f"  - parameter: {{ type: \"{kind}\" }}\n    as: {name}\n"
        if kind.startswith("Grassmann"):
            nodes += f"  - basis:\n    from: {name}\n    as: {name}b\n"
            name += "b"
        nodes += f"  - inner:\n    from: [{name}, {name}]\n    as: l{k}\n"
        terms.append(f"l{k}")
    total = terms[0] if len(terms) == 1 else "total"
    if len(terms) > 1:
        nodes += f"  - add:\n    from: [{', '.join(terms)}]\n    as: total\n"
    return (f"geoc: 1\nmodel: bench\ndtype: {dtype}\ninputs: {{ x: R }}\ngraph:\n{nodes}"
            f"outputs: [{total}]\nloss: {{ mean: {{ x: {total} }} }}\n"
            f"train:\n  optimizer: {{ {rule} }}\n" + (f"  groups: {groups}\n" if groups else "") + "  epochs: 1\n")


def cases():
    small = [f"R[{', '.join(map(str, s))}]" for s in SMALL]
    for name, (rule, groups, peers) in RULES.items():
        yield f"50 small tensors: {name}", spec(small, rule, groups), [f"a_small50/{p}" for p in peers]
        one = None if groups is VECTORS else groups
        yield f"1024 × 1024: {name}", spec(["R[1024, 1024]"], rule, one), [f"b_1024/{p}" for p in peers]
    for every, peer in ((0, "no_qr"), (5, "reorth5"), (1, "reorth1")):
        rule = f"rsgd: {{ lr: 0.1, momentum: 0.9, reorth_every: {every} }}"
        yield f"Grassmann(64, 8)[1000]: rsgd, reorth_every {every}", spec(["Grassmann(64, 8)[1000]"], rule), [f"c_grassmann/gcr_momentum_{peer}"]
    for metric, peer, retraction in (("euclidean", "EuclideanStiefel", "qr"), ("canonical", "CanonicalStiefel", "cayley_geoopt")):
        for rule, own in (("rsgd", "rsgd: { lr: 0.01, momentum: 0.9, momentum_init: euclidean"), ("radam", "radam: { lr: 0.01")):
            for dtype, torch in (("f32", "float32"), ("f64", "float64")):
                text = own + f", metric: {metric}, retraction: {retraction} }}"
                yield f"Stiefel(93, 70), {metric}, {dtype}: {rule}", spec(["Stiefel(93, 70)"], text, dtype=dtype), [f"d_stiefel/{rule}_{peer}_{torch}"]


def geoc(binary, path, threads, runs):
    out = subprocess.run([binary, "profile", path, "--function", "update", "--batch", "1", "--threads", str(threads), "--runs", str(runs),
                          "--format", "json"], capture_output=True, text=True)
    if out.returncode:
        raise SystemExit(out.stdout + out.stderr)
    return json.loads(out.stdout)["median_ms"]


def peers_of(python, cases, threads, runs):
    environment = dict(os.environ, MALLOC_MMAP_THRESHOLD_="4294967296", MALLOC_TRIM_THRESHOLD_="4294967296",
                       MALLOC_TOP_PAD_="268435456")
    out = subprocess.run([python, f"{HERE}/peer_optimizers.py", "--threads", str(threads), "--reps", str(runs), "--only", ",".join(cases)],
                         capture_output=True, text=True, env=environment)
    if out.returncode or not out.stdout.strip():
        raise SystemExit(f"{cases}: {out.stdout}{out.stderr[-2000:]}")
    return [json.loads(line)["ms_per_step"] for line in out.stdout.splitlines()]


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--geoc", default=".build/release/geoc")
    ap.add_argument("--python", default="python3")
    ap.add_argument("--threads", default="1,2")
    ap.add_argument("--rounds", type=int, default=3)
    ap.add_argument("--runs", type=int, default=30)
    ap.add_argument("--only", default="", help="cases with this in their name; several between |")
    a = ap.parse_args()
    print("| case | threads | reference | best PyTorch | geoc | reference/geoc | best/geoc |\n|---|---|---|---|---|---|---|")
    for threads in map(int, a.threads.split(",")):
        for name, text, peers in cases():
            if not any(part in name for part in a.only.split("|")):
                continue
            with tempfile.NamedTemporaryFile("w", suffix=".yaml", delete=False) as f:
                f.write(text)
            rounds = [(geoc(a.geoc, f.name, threads, a.runs), peers_of(a.python, peers, threads, a.runs)) for _ in range(a.rounds)]
            os.unlink(f.name)
            own, reference, best, by_reference, by_best = (
                statistics.median(x) for x in zip(*((ms, t[0], min(t), t[0] / ms, min(t) / ms) for ms, t in rounds)))
            print(f"| {name} | {threads} | {reference:.3f} | {best:.3f} | {own:.3f} | {by_reference:.2f} | {by_best:.2f} |",
                  flush=True)


if __name__ == "__main__":
    main()
