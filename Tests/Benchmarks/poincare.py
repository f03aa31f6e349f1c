#!/usr/bin/env python3
"""geoc beside PyTorch on the Poincaré ball: micro kernels, the digits network and ResNet-20, same machine, same run.

    python3 Tests/Benchmarks/poincare.py --geoc .build/release/geoc --python PYTHON_WITH_TORCH_AND_HYPLL

prints Markdown tables: milliseconds of each PyTorch row and of geoc with the ratio best PyTorch row / geoc, memory, and
PyTorch's graph beside geoc's. geoc is measured before and after the peers; the slower, and the larger, counts. Memory is the
peak of the resident set above what was resident before the first step, network and samples included, on both sides; for geoc
also the peak above that of `geoc --version`, so that the compiler and its code count.
"""
import argparse, json, os, subprocess, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
BLOCKS = open(f"{HERE}/../../examples/blocks/poincare-resnet.yaml").read().split("blocks:\n")[1]
MICRO = {
    "expmap0": ("x: 'R[64]'", "expmap0: { c: 1 }"),
    "logmap0": ("x: 'Ball(64, c=1)'", "logmap0: {}"),
    "mobius_add": ("x: 'Ball(64, c=1)', y: 'Ball(64, c=1)'", "mobius_add: {}, from: [x, y]"),
    "poincare_fc": ("x: 'Ball(64, c=1)'", "poincare_linear: { out: 64 }"),
    "midpoint_bn": ("x: 'Ball(64, c=1)'", "poincare_batch_norm: { stats: batch }"),
}
# Name, channels of the input, its side, channels and depths of the stages, side of the last pooling.
NETWORKS = (("digits 4-8-16", 1, 8, [4, 8, 16], [1, 1, 1], 2), ("cifar 4-8-16", 3, 32, [4, 8, 16], [3, 3, 3], 8),
            ("cifar 8-16-32", 3, 32, [8, 16, 32], [3, 3, 3], 8))


def micro(op):
    inputs, node = MICRO[op]
    return f"geoc: 1\nmodel: bench\ndtype: f32\ninputs: {{ {inputs} }}\ngraph:\n  - {{ {node} }}\n"


def network(cin, size, channels, depths, pool):
    layers = ""
    for k, (width, depth) in enumerate(zip(channels, depths)):
        first = "residual" if k == 0 else "downsample"
        layers += f"  - {first}: {{ channels: {width} }}\n"
        if depth > 1:
            layers += f"  - residual: {{ channels: {width} }}\n    repeat: {depth - 1}\n"
    return f"""geoc: 1
model: bench
inputs: {{ image: "R[{cin}, {size}, {size}]", label: Label(10) }}
blocks:
{BLOCKS}graph:
  - expmap0: {{ c: 0.1 }}
  - poincare_conv2d: {{ out: {channels[0]}, kernel: 3, padding: 1 }}
  - poincare_batch_norm: {{ stats: batch }}
  - ball_relu
{layers}  - ball_avg_pool2d: {{ kernel: {pool} }}
  - flatten
  - poincare_linear: {{ out: 10 }}
  - logmap0:
    as: logits
outputs: [logits]
loss: {{ cross_entropy: {{ logits: logits, target: label }} }}
train: {{ optimizer: {{ adam: {{ lr: 1.0e-3 }} }}, epochs: 1 }}
"""


def empty_peak(binary):
    """Peak resident set in MiB of a geoc that only says its version."""
    code = ("import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL); "
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)")
    return float(subprocess.check_output(["python3", "-c", code, binary, "--version"]))


def geoc(binary, path, function, batch, threads, runs):
    """Milliseconds of a step, MiB that the steps added, peak of the process in MiB."""
    out = subprocess.run([binary, "profile", path, "--function", function, "--batch", str(batch), "--threads", str(threads),
                          "--runs", str(runs), "--format", "json"], capture_output=True, text=True)
    if out.returncode:
        raise SystemExit(out.stderr)
    profile = json.loads(out.stdout)
    return profile["median_ms"], profile["peak_rss_mb"] - profile["rss_before_mb"], profile["peak_rss_mb"]


def peer(python, suite, only, threads, budget):
    environment = dict(os.environ, MALLOC_MMAP_THRESHOLD_="4294967296", MALLOC_TRIM_THRESHOLD_="4294967296",
                       MALLOC_TOP_PAD_="268435456")
    out = subprocess.run([python, f"{HERE}/peer_poincare.py", "--threads", str(threads), "--suite", suite, "--only", only,
                          "--budget", str(budget)], capture_output=True, text=True, env=environment)
    rows = {}
    for line in out.stdout.splitlines():
        row = json.loads(line)
        if "ms_per_step" in row:
            rows[row["impl"]] = row
    if not rows:
        raise SystemExit(out.stdout[-1000:] + out.stderr[-2000:])
    return rows


def measure(a, spec, function, batch, threads, suite, only):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", delete=False) as f:
        f.write(spec)
    once, _, _ = geoc(a.geoc, f.name, function, batch, threads, 1)
    # As long as a row of the peer.
    runs = max(a.runs, min(int(1e3 * a.budget / once), 5000))
    first = geoc(a.geoc, f.name, function, batch, threads, runs)
    rows = peer(a.python, suite, only, threads, a.budget)
    second = geoc(a.geoc, f.name, function, batch, threads, runs)
    os.unlink(f.name)
    return rows, [max(pair) for pair in zip(first, second)]


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--geoc", default=".build/release/geoc")
    ap.add_argument("--python", default="python3")
    ap.add_argument("--suites", default="micro,digits,cifar")
    ap.add_argument("--threads", default="1,2")
    ap.add_argument("--budget", type=float, default=4.0)
    ap.add_argument("--runs", type=int, default=10, help="timed steps of geoc at least; more where they take less time than the budget")
    a = ap.parse_args()
    empty = empty_peak(a.geoc)
    implementations = ["hypll", "decomposed", "manual", "rewritten"]
    print("| case | batch | threads | HypLL | decomposed | manual | rewritten | geoc | best/geoc | memory of the steps, MiB: "
          "decomposed | best | geoc | geoc above an empty process |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|---|")

    def row(name, batch, threads, rows, ours):
        ms, steps, peak = ours
        times = [f"{rows[i]['ms_per_step']:.2f}" if i in rows else "–" for i in implementations]
        memory = {i: r["peak_rss_mb"] - r["rss_before_mb"] for i, r in rows.items()}
        best = min(r["ms_per_step"] for r in rows.values())
        print(f"| {name} | {batch} | {threads} | " + " | ".join(times) + f" | {ms:.2f} | {best / ms:.1f} | "
              f"{memory.get('decomposed', 0):.1f} | {min(memory.values()):.1f} | {steps:.1f} | {peak - empty:.0f} |", flush=True)

    graphs = []
    for threads in map(int, a.threads.split(",")):
        if "micro" in a.suites:
            for op in MICRO:
                for mode, function in (("forward/", "predict"), ("forward+backward/", "gradient_train")):
                    rows, ours = measure(a, micro(op), function, 4096, threads, "micro",
                                         f"micro/{op}/[4096,64]/f32/{mode}")
                    row(f"{op} {mode[:-1]}", 4096, threads, rows, ours)
        for name, cin, size, channels, depths, pool in NETWORKS:
            suite = name.split()[0]
            if suite not in a.suites:
                continue
            spec = network(cin, size, channels, depths, pool)
            for batch in (32, 128):
                for mode, function in (("train", "step"), ("infer", "predict")):
                    only = f"ch{'-'.join(map(str, channels))}/blocks{'-'.join(map(str, depths))}/batch{batch}/{mode}/"
                    rows, ours = measure(a, spec, function, batch, threads, suite, only)
                    row(f"{name} {mode}", batch, threads, rows, ours)
                    if mode == "train" and threads == 1:
                        graphs.append((f"{name} batch {batch}", rows))
    if graphs:
        print("\n| training step | PyTorch nodes: HypLL | decomposed | manual | rewritten | saved MiB: HypLL | decomposed "
              "| manual | rewritten |")
        print("|---|---|---|---|---|---|---|---|---|")
        for name, rows in graphs:
            nodes = [str(rows[i].get("autograd_nodes", "–")) if i in rows else "–" for i in implementations]
            saved = [f"{rows[i].get('saved_mb', 0):.0f}" if i in rows else "–" for i in implementations]
            print(f"| {name} | " + " | ".join(nodes + saved) + " |")


if __name__ == "__main__":
    main()
