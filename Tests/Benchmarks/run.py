#!/usr/bin/env python3
"""geoc beside PyTorch, interleaved in one run on one machine: kernels, SPD networks, Poincaré networks, memory, compile time.

    make build
    python3 Tests/Benchmarks/run.py --python PYTHON_WITH_TORCH_SPD_LEARN_AND_HYPLL

prints Markdown tables. Every round of a row measures geoc and then every PyTorch row, with malloc's thresholds raised and
as they are; the ratio of a row is the median over the rounds of (PyTorch / geoc), for the PyTorch row with the least median.
"""
import argparse, json, os, platform, statistics, subprocess, sys, tempfile, time

import poincare, spdnet

HERE = os.path.dirname(os.path.abspath(__file__))
TUNED = {"MALLOC_MMAP_THRESHOLD_": "4294967296", "MALLOC_TRIM_THRESHOLD_": "4294967296", "MALLOC_TOP_PAD_": "268435456"}


class Peer:
    """A PyTorch process that measures rows on request."""

    def __init__(self, python, threads, tuned):
        environment = dict(os.environ, OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS="1", **(TUNED if tuned else {}))
        self.process = subprocess.Popen([python, f"{HERE}/peer_server.py", str(threads)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)

    def ask(self, **request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline() or '{"error": "ended"}')


class Bench:
    def __init__(self, a):
        self.a, self.peers, self.folder = a, {}, tempfile.mkdtemp()

    def peer(self, threads, tuned):
        if (threads, tuned) not in self.peers:
            self.peers[threads, tuned] = Peer(self.a.python, threads, tuned)
        return self.peers[threads, tuned]

    def geoc(self, spec, function, batch, threads):
        """One measurement of a function of a spec: the profile as JSON."""
        path = f"{self.folder}/{abs(hash(spec))}.yaml"
        if not os.path.exists(path):
            open(path, "w").write(spec)
        # A first run says how many fit in the time of a measurement.
        runs = self.a.min_runs
        command = lambda n: [self.a.geoc, "profile", path, "--function", function, "--batch", str(batch), "--threads",
                             str(threads), "--runs", str(n), "--format", "json"]
        out = subprocess.run(command(runs), capture_output=True, text=True)
        if out.returncode:
            raise SystemExit(out.stderr[-2000:])
        first = json.loads(out.stdout)
        wanted = int(1e3 * self.a.seconds / max(first["median_ms"], 1e-3))
        if wanted > 2 * runs:
            first = json.loads(subprocess.run(command(min(wanted, 2000)), capture_output=True, text=True).stdout)
        return first

    def row(self, spec, function, batch, threads, suite, rows, value=lambda profile: profile["median_ms"]):
        """Interleaved rounds. Returns median ms of geoc, of each PyTorch row (the faster malloc), and the median ratio."""
        ours, theirs = [], {}
        for _ in range(self.a.rounds):
            ours.append(value(self.geoc(spec, function, batch, threads)))
            for name, request in rows.items():
                for tuned in (True, False):
                    answer = self.peer(threads, tuned).ask(suite=suite, seconds=self.a.seconds, **request)
                    if "ms" in answer:
                        theirs.setdefault((name, tuned), []).append(answer["ms"])
                    elif not theirs.get((name, tuned)):
                        print(f"<!-- {name}: {answer.get('error')} -->", file=sys.stderr)
        for tuned in (True, False):
            self.peer(threads, tuned).ask(forget=True)
        medians = {}
        for (name, tuned), ms in theirs.items():
            medians[name] = min(medians.get(name, (float("inf"), None)), (statistics.median(ms), tuned))
        if not medians:
            raise SystemExit(f"no PyTorch row of {rows} can be measured")
        best = min(medians, key=lambda name: medians[name][0])
        ratios = {name: statistics.median(t / o for t, o in zip(theirs[name, medians[name][1]], ours)) for name in medians}
        return statistics.median(ours), {name: ms for name, (ms, _) in medians.items()}, ratios, best


def table(*heads):
    print("| " + " | ".join(heads) + " |\n|" + "---|" * len(heads), flush=True)


def line(*cells):
    print("| " + " | ".join(str(c) for c in cells) + " |", flush=True)


def number(x):
    return f"{x:.3f}" if x < 1 else f"{x:.2f}" if x < 100 else f"{x:.0f}"


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


def kernel_spec(dtype, shape, node):
    return f"geoc: 1\nmodel: bench\ndtype: {dtype}\ninputs: {{ x: '{shape}' }}\ngraph:\n  - {{ {node} }}\n"


def kernels(b, peak):
    """The rows of the kernel targets. `eigh` and `conv2d` are the kernel's own time, the others include both borders."""
    table("kernel", "type", "n", "batch", "threads", "PyTorch ms", "geoc ms", "ratio", "GFLOP/s", "of the peak")

    def step(kernel):
        return lambda profile: sum(s["us"] for s in profile["steps"] if s["kernel"] == kernel) / 1e3

    def show(name, dtype, n, batch, threads, spec, function, requests, operations, value=lambda p: p["median_ms"]):
        ours, theirs, ratios, best = b.row(spec, function, batch, threads, "kernels", requests, value)
        rate = operations * batch / ours / 1e6
        line(name, dtype, n, batch, threads, number(theirs[best]), number(ours), f"{ratios[best]:.1f}", f"{rate:.1f}",
             f"{100 * rate / peak[f'{dtype}_{threads}']:.0f} %")

    for threads in b.a.threads:
        for dtype in ("f64", "f32"):
            for n in b.a.sizes:
                spec = kernel_spec(dtype, f"SPD({n})", "logeig: {}")
                base = dict(n=n, batch=256, dtype=dtype)
                # Householder 4/3, Q 4/3, rotations about 3·1.3 of n³.
                show("eigh", dtype, n, 256, threads, spec, "predict", {"eigh": dict(base, kernel="eigh")},
                     6.6 * n ** 3, step("eigh"))
                show("log", dtype, n, 256, threads, spec, "predict", {"log": dict(base, kernel="log")}, 7.6 * n ** 3)
                show("log and gradient", dtype, n, 256, threads, spec, "gradient_train",
                     {"log": dict(base, kernel="log", backward=True)}, 13.6 * n ** 3)
        for n in b.a.sizes:
            show("Wᵀ X W", "f64", n, 256, threads, kernel_spec("f64", f"SPD({n})", f"bimap: {{ out: {n} }}"), "predict",
                 {"bmm": dict(n=n, batch=256, dtype="f64", kernel="congruence")}, 3 * n ** 3)
        show("linear 64 → 10", "f32", 64, 256, threads, kernel_spec("f32", "R[64]", "linear: { out: 10 }"), "predict",
             {"linear": dict(n=64, out=10, batch=256, dtype="f32", kernel="linear")}, 2 * 64 * 10)
        show("linear 64 → 64", "f32", 64, 4096, threads, kernel_spec("f32", "R[64]", "linear: { out: 64 }"), "predict",
             {"linear": dict(n=64, out=64, batch=4096, dtype="f32", kernel="linear")}, 2 * 64 * 64)
        show("tanh", "f32", 64, 4096, threads, kernel_spec("f32", "R[64]", "tanh: {}"), "predict",
             {"tanh": dict(n=64, batch=4096, dtype="f32", kernel="tanh")}, 64 * 20, step("map"))
        for c in (4, 8, 16, 32):
            show("3×3 convolution, 32×32" if c <= 8 else "3×3 convolution, 16×16", "f32", c, 128, threads,
                 kernel_spec("f32", f"R[{c}, {32 if c <= 8 else 16}, {32 if c <= 8 else 16}]",
                             f"conv2d: {{ out: {c}, kernel: 3, padding: 1 }}"), "predict",
                 {layout: dict(n=c, side=32 if c <= 8 else 16, batch=128, dtype="f32", kernel="conv2d", layout=layout)
                  for layout in ("nchw", "nhwc")}, 18 * c * c * (32 if c <= 8 else 16) ** 2, step("conv2d"))
    print(flush=True)


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
        kernels = {}
        for step in profile["steps"]:
            time_, operations = kernels.get(step["kernel"], (0, 0))
            operations += step["operations"] * (batch if step["batched"] else 1)
            kernels[step["kernel"]] = (time_ + step["us"], operations)
        all_time = sum(t for t, _ in kernels.values())
        operations = sum(o for _, o in kernels.values())
        bound = operations / peak[rate] / 1e6
        parts = sorted(kernels.items(), key=lambda k: -k[1][0])[:5]
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


def wall(command, rounds=15):
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        out = subprocess.run(command, capture_output=True, text=True)
        times.append(1e3 * (time.perf_counter() - start))
        if out.returncode:
            raise SystemExit(out.stderr[-1000:])
    return statistics.median(times), min(times)


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
    ap.add_argument("--suites", type=split, default=split("kernels,spd,ball,roofline,memory,compiler"))
    ap.add_argument("--threads", type=numbers, default=[1, 2])
    ap.add_argument("--rounds", type=int, default=5)
    ap.add_argument("--seconds", type=float, default=0.3, help="time of one measurement of one row")
    ap.add_argument("--min-runs", type=int, default=3)
    ap.add_argument("--cases", type=split, default=list(spdnet.CASES))
    ap.add_argument("--variants", type=split, default=["bw", "gbw"])
    ap.add_argument("--sizes", type=numbers, default=[3, 6, 8, 16, 20, 32, 50, 64, 93])
    ap.add_argument("--networks", type=split, default=["digits", "cifar 4", "cifar 8"])
    ap.add_argument("--implementations", type=split, default=["hypll", "decomposed", "manual", "rewritten"])
    a = ap.parse_args()
    b = Bench(a)
    peak = machine(a)
    if "kernels" in a.suites:
        kernels(b, peak)
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
