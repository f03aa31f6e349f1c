#!/usr/bin/env python3
"""geoc beside PyTorch, interleaved in one run on one machine: kernels, calls, SPD networks, Poincaré networks, memory, compile time.

    make build
    python3 Tests/Benchmarks/run.py --python PYTHON_WITH_TORCH_SPD_LEARN_AND_HYPLL

prints Markdown tables. Every round of a row measures geoc and then every PyTorch row, with malloc's thresholds raised and
as they are; the ratio of a row is the median over the rounds of (PyTorch / geoc), for the PyTorch row with the least median.
"""
import argparse, json, os, platform, subprocess, tempfile

import kernels, poincare, runtime, spdnet
from interleaved import HERE, Bench, line, number, table, wall


def machine(a):
    """What the machine reaches, and the versions."""
    binary = os.path.join(tempfile.mkdtemp(), "machine")
    subprocess.run(["cc", "-O3", "-march=native", "-pthread", f"{HERE}/machine.c", "-o", binary], check=True)
    m = json.loads(subprocess.run([binary], capture_output=True, text=True, check=True).stdout)
    cpu = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), platform.processor())
    versions = subprocess.run([a.python, "-c", "import torch; print('PyTorch', torch.__version__)\n"
                               "for m in ('spd_learn', 'hypll'):\n import importlib.metadata as d\n"
                               " try: print(m, d.version(m.replace('_', '-')))\n except Exception: pass"],
                              capture_output=True, text=True).stdout.split("\n")
    print(f"{cpu}, {os.cpu_count()} processors, vectors of {m['bytes']} bytes; {', '.join(v for v in versions if v)}; "
          f"{a.rounds} rounds, load {os.getloadavg()[0]:.1f} at the start.\n")
    table("plain loop in C", "1 thread", "2 threads", "ratio")
    for key, what in (("f64", "f64 multiply-adds, GFLOP/s"), ("f32", "f32 multiply-adds, GFLOP/s"),
                      ("memory", "reading memory, GB/s")):
        line(what, m[f"{key}_1"], m[f"{key}_2"], f"{m[f'{key}_2'] / m[f'{key}_1']:.2f}")
    print(flush=True)
    return m


def spd(b):
    heads = ["case", "metric", "batch", "threads", "step: spd_learn", "fused", "guarded", "geoc", "spd_learn/geoc",
             "best/geoc", "inference: spd_learn", "guarded", "geoc", "best/geoc"]
    table(*heads)
    times = {}
    for case in b.a.cases:
        for variant in b.a.variants:
            spec = spdnet.spec(spdnet.CASES[case], variant)
            for batch in (30, 256):
                for threads in b.a.threads:
                    cells = [case, variant, batch, threads]
                    for kind, function, rows in (("train", "step", ["spd_learn", "fused", "fused_guarded"]),
                                                 ("infer", "predict", ["spd_learn", "fused_guarded"])):
                        requests = {r: dict(case=case, variant=variant, batch=batch, row=f"{kind}_{r}") for r in rows}
                        ours, theirs, ratios, best = b.row(spec, function, batch, threads, "spd", requests)
                        times[case, variant, batch, kind, threads] = ours
                        cells += [number(theirs[r]) for r in rows] + [number(ours)]
                        cells += [f"{ratios['spd_learn']:.1f}"] * (kind == "train") + [f"{ratios[best]:.1f}"]
                    line(*cells)
    print(flush=True)
    scaling({f"{c} {v} batch {n}": (times.get((c, v, n, "train", 1)), times.get((c, v, n, "train", 2)))
             for c, v, n, k, _ in times if k == "train" and n == 256})


def scaling(rows):
    rows = {name: pair for name, pair in rows.items() if all(pair)}
    if rows:
        table("training step", "1 thread", "2 threads", "gain")
        for name, (one, two) in rows.items():
            line(name, number(one), number(two), f"{one / two:.2f}")
        print(flush=True)


def ball(b):
    table("case", "batch", "threads", "HypLL", "decomposed", "manual", "rewritten", "geoc", "HypLL/geoc", "decomposed/geoc",
          "best/geoc")
    times = {}
    for name, cin, size, channels, depths, pool in poincare.NETWORKS:
        if not any(name.startswith(n) for n in b.a.networks):
            continue
        spec = poincare.network(cin, size, channels, depths, pool)
        for batch in (32, 128):
            for mode, function in (("train", "step"), ("infer", "predict")):
                for threads in b.a.threads:
                    requests = {i: dict(kind="net", data="random", batch=batch, impl=i, mode=mode, cin=cin, size=size,
                                        ch=channels, depths=depths, pool=pool) for i in b.a.implementations}
                    ours, theirs, ratios, best = b.row(spec, function, batch, threads, "ball", requests)
                    times[name, batch, mode, threads] = ours
                    line(f"{name} {mode}", batch, threads,
                         *[number(theirs[i]) if i in theirs else "–" for i in ("hypll", "decomposed", "manual", "rewritten")],
                         number(ours), *[f"{ratios[i]:.1f}" if i in ratios else "–" for i in ("hypll", "decomposed")],
                         f"{ratios[best]:.1f}")
    print(flush=True)
    scaling({f"{name} batch {n}": (times.get((name, n, "train", 1)), times.get((name, n, "train", 2)))
             for name, n, mode, _ in times if mode == "train" and n == 128})


def roofline(b, peak):
    """How far training steps are from the processor's multiply-adds, as a whole and kernel by kernel, with one thread."""
    table("training step, batch 256 or 128", "MFLOP", "ms at the peak", "geoc ms", "of the peak",
          "largest kernels: share of the time, of the peak")
    specs = [(f"{case} {variant}", spdnet.spec(spdnet.CASES[case], variant), 256, "f64_1")
             for case in b.a.cases for variant in b.a.variants]
    specs += [(name, poincare.network(cin, size, channels, depths, pool), 128, "f32_1")
              for name, cin, size, channels, depths, pool in poincare.NETWORKS if any(name.startswith(n) for n in b.a.networks)]
    for name, spec, batch, rate in specs:
        profile = min((b.geoc(spec, "step", batch, 1) for _ in range(b.a.rounds)), key=lambda p: p["median_ms"])
        totals = {}
        for step in profile["steps"]:
            time_, operations = totals.get(step["kernel"], (0, 0))
            operations += step["operations"] * (batch if step["batched"] else 1)
            totals[step["kernel"]] = (time_ + step["us"], operations)
        all_time = sum(t for t, _ in totals.values())
        operations = sum(o for _, o in totals.values())
        bound = operations / peak[rate] / 1e6
        parts = sorted(totals.items(), key=lambda k: -k[1][0])[:5]
        line(name, number(operations / 1e6), number(bound), number(profile["median_ms"]),
             f"{100 * bound / profile['median_ms']:.0f} %",
             ", ".join(f"{k} {100 * t / all_time:.0f} %, {o / t / 10 / peak[rate]:.0f} %" for k, (t, o) in parts if t))
    print(flush=True)


def memory(b):
    """Peak resident memory above an empty process, one fresh process for each row."""
    table("training step", "batch", "best PyTorch row, MiB", "geoc, MiB", "ratio")
    empty = poincare.empty_peak(b.a.geoc)
    for name, cin, size, channels, depths, pool in poincare.NETWORKS[1:]:
        path = f"{b.folder}/memory.yaml"
        open(path, "w").write(poincare.network(cin, size, channels, depths, pool))
        for batch in (32, 128):
            _, _, peak = poincare.geoc(b.a.geoc, path, "step", batch, 1, 1)
            only = f"ch{'-'.join(map(str, channels))}/blocks3-3-3/batch{batch}/train/rewritten"
            rows = poincare.peer(b.a.python, "cifar", only, 1, 0.1)
            best = min(r["peak_rss_mb"] - r["rss_before_mb"] for r in rows.values())
            line(name, batch, f"{best:.0f}", f"{peak - empty:.0f}", f"{best / (peak - empty):.1f}")
    path = f"{b.folder}/spd.yaml"
    for case in b.a.cases:
        open(path, "w").write(spdnet.spec(spdnet.CASES[case], "bw"))
        _, _, peak = poincare.geoc(b.a.geoc, path, "step", 256, 1, 1)
        best = min(spd_peak(b.a.python, case, row) for row in ("train_fused", "train_fused_guarded"))
        line(f"SPDNet {case} bw", 256, f"{best:.0f}", f"{peak - empty:.0f}", f"{best / (peak - empty):.1f}")
    print(flush=True)


def spd_peak(python, case, row):
    code = ("import sys, resource; sys.path.insert(0, sys.argv[1]); import torch; torch.set_num_threads(1); import peer_spdnet as p;"
            "k = dict(case=sys.argv[2], variant='bw', batch=256, row=sys.argv[3]); s = p.prepare(k);"
            "m = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024; b = m(); s(); s(); print(m() - b)")
    out = subprocess.run([python, "-W", "ignore", "-c", code, HERE, case, row], capture_output=True, text=True)
    if out.returncode:
        raise SystemExit(out.stderr[-1000:])
    return float(out.stdout)


def thousand():
    """A spec of 1,000 nodes."""
    nodes = "".join(f"  - linear: {{ out: 16 }}\n  - tanh: {{}}\n" for _ in range(499))
    return f"geoc: 1\nmodel: long\ninputs: {{ x: 'R[16]', y: Label(4) }}\ngraph:\n{nodes}  - tanh: {{}}\n" \
           "  - linear: { out: 4 }\n    as: logits\noutputs: [logits]\n"


def compiler(b):
    table("command", "median ms", "least ms")
    examples = f"{HERE}/../../examples"
    path = f"{b.folder}/thousand.yaml"
    open(path, "w").write(thousand())
    for name, command in (
        ("start-up (`geoc --version`)", [b.a.geoc, "--version"]),
        ("`geoc check examples/emg-spd-bwbn.yaml`", [b.a.geoc, "check", f"{examples}/emg-spd-bwbn.yaml"]),
        ("`geoc check examples/digits-poincare-resnet.yaml`", [b.a.geoc, "check", f"{examples}/digits-poincare-resnet.yaml"]),
        ("`geoc compile` of 1,000 nodes", [b.a.geoc, "compile", path, "-o", f"{b.folder}/thousand.geoplan"]),
    ):
        line(name, *[f"{x:.0f}" for x in wall(command)])
    print(flush=True)


def main():
    ap = argparse.ArgumentParser(formatter_class=argparse.RawDescriptionHelpFormatter, description=__doc__)
    split = lambda text: text.split(",")
    numbers = lambda text: [int(x) for x in text.split(",")]
    ap.add_argument("--geoc", default=".build/release/geoc")
    ap.add_argument("--python", default="python3", help="an interpreter with torch, spd_learn and hypll")
    ap.add_argument("--suites", type=split, default=split("kernels,runtime,spd,ball,roofline,memory,compiler"))
    ap.add_argument("--threads", type=numbers, default=[1, 2])
    ap.add_argument("--rounds", type=int, default=5)
    ap.add_argument("--seconds", type=float, default=0.3, help="time of one measurement of one row")
    ap.add_argument("--min-runs", type=int, default=3)
    ap.add_argument("--cases", type=split, default=list(spdnet.CASES))
    ap.add_argument("--variants", type=split, default=["bw", "gbw"])
    ap.add_argument("--sizes", type=numbers, default=[3, 6, 8, 16, 20, 32, 50, 64, 93])
    ap.add_argument("--kernels", type=split, default=list(kernels.GROUPS))
    ap.add_argument("--networks", type=split, default=["digits", "cifar 4", "cifar 8"])
    ap.add_argument("--implementations", type=split, default=["hypll", "decomposed", "manual", "rewritten"])
    a = ap.parse_args()
    b = Bench(a)
    peak = machine(a)
    if "kernels" in a.suites:
        kernels.rows(b, peak)
    if "runtime" in a.suites:
        runtime.rows(b)
    if "spd" in a.suites:
        spd(b)
    if "ball" in a.suites:
        ball(b)
    if "roofline" in a.suites:
        roofline(b, peak)
    if "memory" in a.suites:
        memory(b)
    if "compiler" in a.suites:
        compiler(b)


if __name__ == "__main__":
    main()
