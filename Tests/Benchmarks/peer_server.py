"""Runs rows of the peers on request, so that one process serves a whole run and its measurements interleave with geoc's.

Reads one JSON object per line, {"suite": …, the row's own fields, "seconds": s}, and answers {"ms": median, "count": n}
of as many steps as fit in s seconds (three at least). {"forget": true} drops what the rows before allocated.
"""
import gc, json, statistics, sys, time, warnings


def main():
    warnings.filterwarnings("ignore")
    threads = int(sys.argv[1])
    import torch
    torch.set_num_threads(threads)
    rows = {}
    for line in sys.stdin:
        request = json.loads(line)
        if request.pop("forget", False):
            rows.clear()
            gc.collect()
            print("{}", flush=True)
            continue
        seconds = request.pop("seconds")
        suite = request.pop("suite")
        key = json.dumps([suite, request], sort_keys=True)
        try:
            if key not in rows:
                if suite == "spd":
                    import peer_spdnet
                    rows[key] = peer_spdnet.prepare(request)
                else:
                    torch.set_default_dtype(torch.float32)
                    if suite == "ball":
                        import peer_poincare
                        rows[key] = peer_poincare.prepare(request)[0]
                    else:
                        import peer_kernels
                        rows[key] = peer_kernels.prepare(request)
                rows[key]()
            step = rows[key]
            torch.set_default_dtype(torch.float64 if suite == "spd" else torch.float32)
            times, start = [], time.perf_counter()
            while len(times) < 3 or time.perf_counter() - start < seconds:
                t = time.perf_counter()
                step()
                times.append(time.perf_counter() - t)
                if times[0] > seconds:
                    break
            print(json.dumps({"ms": 1e3 * statistics.median(times), "count": len(times)}), flush=True)
        except Exception as error:
            print(json.dumps({"error": repr(error)[:200]}), flush=True)


if __name__ == "__main__":
    main()
