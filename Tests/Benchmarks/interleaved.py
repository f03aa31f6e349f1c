"""One row of a comparison: geoc and every PyTorch row measured in turn, so that both see the same machine; and its Markdown."""
import json, os, statistics, subprocess, sys, tempfile, time

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

    def geoc(self, spec, function, batch, threads, *flags):
        """One measurement of a function of a spec: the profile as JSON."""
        path = f"{self.folder}/{abs(hash(spec))}.yaml"
        if not os.path.exists(path):
            open(path, "w").write(spec)
        # A first run says how many fit in the time of a measurement.
        runs = self.a.min_runs
        command = lambda n: [self.a.geoc, "profile", path, "--function", function, "--batch", str(batch), "--threads",
                             str(threads), "--runs", str(n), "--format", "json", *flags]
        out = subprocess.run(command(runs), capture_output=True, text=True)
        if out.returncode:
            raise SystemExit(out.stderr[-2000:])
        first = json.loads(out.stdout)
        wanted = int(1e3 * self.a.seconds / max(first["median_ms"], 1e-3))
        if wanted > 2 * runs:
            first = json.loads(subprocess.run(command(min(wanted, 2000)), capture_output=True, text=True).stdout)
        return first

    def row(self, spec, function, batch, threads, suite, rows, value=lambda profile: profile["median_ms"], least=False):
        """Interleaved rounds. Returns median ms of geoc, of each PyTorch row (the faster malloc), and the median ratio.

        With `least` the least of all rounds instead, and their ratio: what else the machine does only makes things slower.
        A request may name its `malloc`: [False] as it is, [True] with raised thresholds.
        """
        ours, theirs = [], {}
        for _ in range(self.a.rounds):
            ours.append(value(self.geoc(spec, function, batch, threads)))
            for name, request in rows.items():
                for tuned in request.get("malloc", (True, False)):
                    answer = self.peer(threads, tuned).ask(suite=suite, seconds=self.a.seconds, **request)
                    if "ms" in answer:
                        theirs.setdefault((name, tuned), []).append(answer["ms"])
                    elif not theirs.get((name, tuned)):
                        print(f"<!-- {name}: {answer.get('error')} -->", file=sys.stderr)
        for tuned in (True, False):
            self.peer(threads, tuned).ask(forget=True)
        middle = min if least else statistics.median
        medians = {}
        for (name, tuned), ms in theirs.items():
            medians[name] = min(medians.get(name, (float("inf"), None)), (middle(ms), tuned))
        if not medians:
            raise SystemExit(f"no PyTorch row of {rows} can be measured")
        best = min(medians, key=lambda name: medians[name][0])
        ratios = {name: ms / min(ours) if least else statistics.median(t / o for t, o in zip(theirs[name, tuned], ours))
                  for name, (ms, tuned) in medians.items()}
        return middle(ours), {name: ms for name, (ms, _) in medians.items()}, ratios, best


def table(*heads):
    print("| " + " | ".join(heads) + " |\n|" + "---|" * len(heads), flush=True)


def line(*cells):
    print("| " + " | ".join(str(c) for c in cells) + " |", flush=True)


def number(x):
    return f"{x:.3f}" if x < 1 else f"{x:.2f}" if x < 100 else f"{x:.0f}"


def wall(command, rounds=15):
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        out = subprocess.run(command, capture_output=True, text=True)
        times.append(1e3 * (time.perf_counter() - start))
        if out.returncode:
            raise SystemExit(out.stderr[-1000:])
    return statistics.median(times), min(times)
