#!/usr/bin/env python3
"""Instructions that four fixed plans execute, counted by callgrind and compared with instructions.json.

    python3 Tests/Benchmarks/instructions.py --geoc .build/debug/geoc

A slow-down shows without timing. Counted are the regions over the batch, kernels and interpreter, of five training steps on
one chunk: compiling and loading are left out. Kernels are optimised in every build, so that the tests' own binary serves; it
must have the v3 kernels, which valgrind can run (it knows no AVX-512). GEOC_BLESS=1 writes the file anew.
"""
import argparse, json, os, re, subprocess, sys, tempfile

import poincare, spdnet

HERE = os.path.dirname(os.path.abspath(__file__))
COUNTS = f"{HERE}/instructions.json"
TOLERANCE = 0.02
# Executable.runChunked of GeocRuntime.
COUNTED = "$s11GeocRuntime10ExecutableC10runChunkedyySi_AC3JobVtF"


def plans():
    """Name, spec and batch: one chunk of 16 items in f64, 32 in f32."""
    return [
        ("spdnet 8-6 gbw", spdnet.spec([8, 6], "gbw"), 16),
        ("spdnet 32-24-16 bw", spdnet.spec([32, 24, 16], "bw"), 16),
        ("emg-spd-airm", open(f"{HERE}/../../examples/emg-spd-airm.yaml").read(), 16),
        ("poincare digits 4-8-16", poincare.network(1, 8, [4, 8, 16], [1, 1, 1], 2), 32),
    ]


def count(geoc, spec, batch):
    environment = dict(os.environ, GEOC_KERNELS="v3", SWIFT_DETERMINISTIC_HASHING="1")
    with tempfile.TemporaryDirectory() as folder:
        open(f"{folder}/model.yaml", "w").write(spec)
        run = lambda *command: subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder)
        compiled = run(geoc, "compile", "model.yaml", "-o", "model.geoplan")
        if compiled.returncode:
            raise SystemExit(compiled.stderr)
        out = run("valgrind", "--tool=callgrind", "--callgrind-out-file=out", f"--toggle-collect={COUNTED}", geoc, "profile",
                  "model.geoplan", "--function", "step", "--batch", str(batch), "--threads", "1", "--runs", "1")
        found = re.search(r"Collected : (\d+)", out.stderr)
        if out.returncode or not found or int(found.group(1)) == 0:
            raise SystemExit(f"nothing was counted:\n{out.stderr[-3000:]}")
        return int(found.group(1))


def main():
    ap = argparse.ArgumentParser(formatter_class=argparse.RawDescriptionHelpFormatter, description=__doc__)
    ap.add_argument("--geoc", default=".build/debug/geoc")
    a = ap.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        # valgrind does not read the debug information of Swift; symbols are enough.
        geoc = f"{folder}/geoc"
        subprocess.run(["strip", "-g", "-o", geoc, os.path.abspath(a.geoc)], check=True)
        counts = {name: count(geoc, spec, batch) for name, spec, batch in plans()}
    if os.environ.get("GEOC_BLESS") == "1":
        open(COUNTS, "w").write(json.dumps(counts, indent=2) + "\n")
    stored = json.load(open(COUNTS)) if os.path.exists(COUNTS) else {}
    wrong = []
    for name, now in counts.items():
        change = now / stored[name] - 1 if name in stored else float("inf")
        print(f"{name:28} {now:>14,} {100 * change:+.1f} %")
        if abs(change) > TOLERANCE:
            wrong.append(name)
    if wrong:
        sys.exit(f"more than {100 * TOLERANCE:.0f} % off {COUNTS}: {', '.join(wrong)}; where that is meant, GEOC_BLESS=1 writes it")


if __name__ == "__main__":
    main()
