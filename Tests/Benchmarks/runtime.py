"""What a call costs beside the work of its kernels: dispatch, allocations, waking the second thread, start-up."""
import os, subprocess

import kernels, spdnet
from interleaved import HERE, line, number, table, wall


def rows(b):
    table("what", "geoc", "prototype", "goal")
    line("one op on 16 numbers, the work included, without fusion, ns", number(dispatch(b, "--no-fusion")), "6.4", "15")
    line("the same where passes fuse, ns", number(dispatch(b)), "6.4", "15")
    line("allocations of a training step after the first ones", f"{allocations(b):.1f}", "–", "0")
    line("start-up (`geoc --version`), ms", number(wall([b.a.geoc, "--version"])[0]), "5–9", "15")
    if 2 in b.a.threads:
        split(b)
    print(flush=True)


def least(b, text, batch, threads, *flags):
    return min(b.geoc(text, "predict", batch, threads, *flags)["median_ms"] for _ in range(b.a.rounds))


def dispatch(b, *flags):
    """The difference of two lengths of a chain, so that what a call costs once does not count."""
    long, short = (least(b, kernels.spec("f32", "x: 'R[1]'", *["relu: {}", "tanh: {}"] * k), 16, 1, *flags) for k in (150, 50))
    return 1e6 * (long - short) / 200


def allocations(b):
    """Counted in two runs of different length; `geoc profile` does every step twice."""
    library, path = f"{b.folder}/allocations.so", f"{b.folder}/step.yaml"
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", f"{HERE}/allocations.c", "-o", library], check=True)
    open(path, "w").write(spdnet.spec(spdnet.CASES["8-6"], "bw"))
    # Hashing with seeds of their own would make the compiler's part of two processes differ.
    environment = dict(os.environ, LD_PRELOAD=library, SWIFT_DETERMINISTIC_HASHING="1")
    count = lambda runs: int(subprocess.run([b.a.geoc, "profile", path, "--batch", "30", "--runs", str(runs)], text=True, check=True,
                                            env=environment, capture_output=True).stderr.split()[-1])
    return (count(1500) - count(500)) / 2000


def split(b):
    """Work of a few microseconds with one thread and with two; where it is not worth splitting both are the same."""
    print("\nSmall work: goal a gain of 1.7 from 10 µs; fork and join at most 1.5 µs (prototype 0.7).\n")
    table("op", "batch", "one thread, µs", "two threads, µs", "gain", "two threads more than half, µs")
    for op, n, node, batches in (("linear 64 → 10", 64, "linear: { out: 10 }", (128, 256, 512, 1024)),
                                 ("tanh of 16", 16, "tanh: {}", (256, 512, 1024, 4096))):
        text = kernels.spec("f32", f"x: 'R[{n}]'", node)
        for batch in batches:
            one, two = (1e3 * least(b, text, batch, threads) for threads in (1, 2))
            line(op, batch, number(one), number(two), f"{one / two:.2f}", number(two - one / 2))
