#!/usr/bin/env python3
"""geoc beside PyTorch on SPD networks: one training step and one inference, same machine, same run, interleaved by case.

    python3 Tests/Benchmarks/spdnet.py --geoc .build/release/geoc --python PYTHON_WITH_TORCH_AND_SPD_LEARN

prints a Markdown table of milliseconds and ratios (best PyTorch row / geoc).
"""
import argparse, json, os, subprocess, tempfile

CASES = {"8-6": [8, 6], "20-16": [20, 16], "32-24-16": [32, 24, 16], "64-32-16": [64, 32, 16], "93-70-50-30": [93, 70, 50, 30]}

def spec(dims, variant):
    layers = "\n".join(f"  - bimap: {{ out: {n} }}\n  - reeig: {{ eps: 1.0e-5 }}" for n in dims[1:])
    norm = "{ theta: 0.5, metric: learn }" if variant == "gbw" else "{ theta: 1, metric: identity }"
    return f"""geoc: 1
model: bench
dtype: f64
inputs: {{ series: "R[{dims[0]}, 200]", label: Label(5) }}
graph:
  - covariance: {{ estimator: cov }}
{layers}
  - bwbn: {norm}
  - logeig
  - vech
  - linear: {{ out: 5 }}
    as: logits
loss: {{ cross_entropy: {{ logits: logits, target: label }} }}
train:
  optimizer: {{ rsgd: {{ lr: 1.0e-3 }} }}
  groups:
    - {{ space: Stiefel, metric: canonical, retraction: qr }}
    - {{ space: SPD, retraction: bures_wasserstein }}
  epochs: 1
"""

def geoc(binary, path, function, batch, threads, runs):
    command = [binary, "profile", path, "--function", function, "--batch", str(batch), "--threads", str(threads),
               "--runs", str(runs), "--format", "json"]
    out = subprocess.run(command, capture_output=True, text=True)
    if out.returncode:
        raise SystemExit(out.stderr)
    return json.loads(out.stdout)

def peer(python, case, batch, variant, threads, budget):
    here = os.path.dirname(os.path.abspath(__file__))
    environment = dict(os.environ, MALLOC_MMAP_THRESHOLD_="4294967296", MALLOC_TRIM_THRESHOLD_="4294967296",
                       MALLOC_TOP_PAD_="268435456")
    command = [python, f"{here}/peer_spdnet.py", "--threads", str(threads), "--variant", variant, "--batches", str(batch),
               "--cases", case, "--check", "0", "--budget", str(budget)]
    out = subprocess.run(command, capture_output=True, text=True, env=environment)
    rows = {}
    for line in out.stdout.splitlines():
        row = json.loads(line)
        if "row" in row:
            rows[row["row"]] = row["ms_per_step"]
    if not rows:
        raise SystemExit(out.stderr[-2000:])
    return rows

def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--geoc", default=".build/release/geoc")
    ap.add_argument("--python", default="python3")
    ap.add_argument("--cases", default=",".join(CASES))
    ap.add_argument("--batches", default="30,256")
    ap.add_argument("--variants", default="bw,gbw")
    ap.add_argument("--threads", default="1,2")
    ap.add_argument("--budget", type=float, default=2.0)
    ap.add_argument("--runs", type=int, default=30)
    a = ap.parse_args()
    print("| case | variant | batch | threads | step: spd_learn | fused | guarded | geoc | best/geoc "
          "| inference: spd_learn | guarded | geoc | best/geoc |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|---|")
    for case in a.cases.split(","):
        for variant in a.variants.split(","):
            with tempfile.NamedTemporaryFile("w", suffix=".yaml", delete=False) as f:
                f.write(spec(CASES[case], variant))
            for batch in map(int, a.batches.split(",")):
                for threads in map(int, a.threads.split(",")):
                    # One measurement of geoc before and one after the peer; the slower one counts.
                    first = [geoc(a.geoc, f.name, fn, batch, threads, a.runs)["median_ms"] for fn in ("step", "predict")]
                    p = peer(a.python, case, batch, variant, threads, a.budget)
                    second = [geoc(a.geoc, f.name, fn, batch, threads, a.runs)["median_ms"] for fn in ("step", "predict")]
                    step, infer = max(first[0], second[0]), max(first[1], second[1])
                    train = [p["train_spd_learn"], p["train_fused"], p["train_fused_guarded"]]
                    inference = [p["infer_spd_learn"], p["infer_fused_guarded"]]
                    print(f"| {case} | {variant} | {batch} | {threads} | " + " | ".join(f"{x:.2f}" for x in train)
                          + f" | {step:.2f} | {min(train) / step:.1f} | " + " | ".join(f"{x:.2f}" for x in inference)
                          + f" | {infer:.2f} | {min(inference) / infer:.1f} |", flush=True)
            os.unlink(f.name)

if __name__ == "__main__":
    main()
