#!/usr/bin/env python3
"""Peer benchmark: milliseconds per optimizer step on the CPU.

Stand-alone; needs torch, numpy, adamp and geoopt from PyPI.  Prints one JSON object per
line.  Only the optimizer step is timed (gradients are made beforehand); the figure is the
median over --reps steps after --warmup steps.

  python optimizers.py --threads 1 --reps 30
  python optimizers.py --only c_grassmann --reps 5
  python optimizers.py --isolate          # one process per case: honest peak_rss_mb

Groups: a_small50 (50 small tensors), b_1024 (one 1024x1024 matrix),
c_grassmann ([1000,64,8] subspaces, geodesic step), d_stiefel (93x70, geoopt).
"""
import argparse, json, math, resource, statistics, subprocess, sys, time

ap = argparse.ArgumentParser()
ap.add_argument("--threads", type=int, default=1)
ap.add_argument("--reps", type=int, default=30)
ap.add_argument("--warmup", type=int, default=3)
ap.add_argument("--only", default="", help="a case name, names between commas, or a substring of several")
ap.add_argument("--isolate", action="store_true")
ap.add_argument("--list", action="store_true")
args = ap.parse_args()

import os
os.environ.setdefault("OMP_NUM_THREADS", str(args.threads))
import torch
torch.set_num_threads(args.threads)


def newton_schulz(g, steps, dtype=None):
    x = g if dtype is None else g.to(dtype)
    flip = x.shape[-2] > x.shape[-1]
    if flip:
        x = x.mT
    x = x / (torch.linalg.vector_norm(x, dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(steps):
        s = x @ x.mT
        x = 3.4445 * x + torch.matmul(-4.7750 * s + 2.0315 * (s @ s), x)
    return (x.mT if flip else x).to(g.dtype)


class MomentumRule(torch.optim.Optimizer):
    """Exponential-average Nesterov momentum followed by a per-tensor direction rule."""

    def __init__(self, params, lr, rule, mu=0.95):
        super().__init__(params, dict(lr=lr))
        self.rule, self.mu = rule, mu

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                m.lerp_(p.grad, 1 - self.mu)
                d = torch.lerp(p.grad, m, self.mu)
                p.add_(self.rule(p, d), alpha=-group["lr"])


def rule_auon(p, d, gamma=1.5):
    u = d * (gamma / (torch.linalg.vector_norm(d) + 1e-7))
    return d / (torch.cosh(u).square().mean().sqrt() + 1e-8)


def rule_muon(p, d, dtype=None, steps=5):
    if p.ndim < 2:
        return d
    scale = math.sqrt(max(1.0, p.shape[-2] / p.shape[-1]))
    return newton_schulz(d, steps, dtype) * scale


def rule_hybrid(p, d, steps=5):
    return rule_auon(p, newton_schulz(d, steps) if p.ndim >= 2 else d)


def rule_normalized(p, d):
    return d / (torch.linalg.vector_norm(d) + 1e-12)


class GrassmannStep:
    """Geodesic step on K subspaces of dimension k in R^n, momentum on the raw gradient."""

    def __init__(self, K=1000, n=64, k=8, lr=0.1, mu=0.9, reorth=5):
        g = torch.Generator().manual_seed(0)
        self.s = torch.linalg.qr(torch.randn(K, n, k, generator=g)).Q
        self.grad = torch.randn(K, n, k, generator=g)
        self.buf, self.lr, self.mu, self.reorth, self.t = None, lr, mu, reorth, 0

    @torch.no_grad()
    def step(self):
        self.buf = self.grad.clone() if self.buf is None else self.buf.mul_(self.mu).add_(self.grad)
        h = self.buf - self.s @ (self.s.mT @ self.buf)
        u, sv, vt = torch.linalg.svd(h, full_matrices=False)
        a = self.lr * sv.unsqueeze(-2)
        self.s = ((self.s @ vt.mT) * torch.cos(a) - u * torch.sin(a)) @ vt
        if self.reorth and self.t % self.reorth == 0:
            self.s = torch.linalg.qr(self.s).Q
        self.t += 1


def small50():
    g = torch.Generator().manual_seed(0)
    shapes = [(32, 32), (64,), (16, 8, 3, 3), (10, 64), (8,)] * 10
    ps = [torch.nn.Parameter(torch.randn(s, generator=g)) for s in shapes]
    for p in ps:
        p.grad = torch.randn(p.shape, generator=g)
    return ps


def big():
    g = torch.Generator().manual_seed(0)
    p = torch.nn.Parameter(torch.randn(1024, 1024, generator=g))
    p.grad = torch.randn(1024, 1024, generator=g)
    return [p]


def makers():
    import adamp
    O = torch.optim
    dense = {
        "sgd_momentum": lambda ps: O.SGD(ps, lr=0.01, momentum=0.9, foreach=False),
        "sgd_momentum_foreach": lambda ps: O.SGD(ps, lr=0.01, momentum=0.9, foreach=True),
        "sgd_momentum_fused": lambda ps: O.SGD(ps, lr=0.01, momentum=0.9, fused=True),
        "adam_fused": lambda ps: O.Adam(ps, lr=1e-3, fused=True),
        "adam_foreach": lambda ps: O.Adam(ps, lr=1e-3, foreach=True),
        "adam": lambda ps: O.Adam(ps, lr=1e-3, foreach=False),
        "adamw": lambda ps: O.AdamW(ps, lr=1e-3, foreach=False),
        "adamw_foreach": lambda ps: O.AdamW(ps, lr=1e-3, foreach=True),
        "adamw_fused": lambda ps: O.AdamW(ps, lr=1e-3, fused=True),
        "sgdp": lambda ps: adamp.SGDP(ps, lr=0.01, momentum=0.9, weight_decay=1e-4),
        "adamp": lambda ps: adamp.AdamP(ps, lr=1e-3, weight_decay=1e-2),
        "auon": lambda ps: MomentumRule(ps, 0.05, rule_auon),
        "hybrid_auon_ns1": lambda ps: MomentumRule(ps, 0.05, lambda p, d: rule_hybrid(p, d, 1)),
        "hybrid_auon_ns5": lambda ps: MomentumRule(ps, 0.05, rule_hybrid),
        "muon_ns5_f32": lambda ps: MomentumRule(ps, 0.02, rule_muon),
        "muon_ns5_bf16": lambda ps: MomentumRule(ps, 0.02, lambda p, d: rule_muon(p, d, torch.bfloat16)),
        "normalized_gd": lambda ps: MomentumRule(ps, 0.01, rule_normalized, 0.0),
    }
    out = {}
    for name, mk in dense.items():
        out["a_small50/" + name] = lambda mk=mk: mk(small50())
        out["b_1024/" + name] = lambda mk=mk: mk(big())
    out["c_grassmann/gcr_momentum_reorth5"] = lambda: GrassmannStep(reorth=5)
    out["c_grassmann/gcr_momentum_reorth1"] = lambda: GrassmannStep(reorth=1)
    out["c_grassmann/gcr_momentum_no_qr"] = lambda: GrassmannStep(reorth=0)

    def stiefel(manifold, adam, dtype, mom=0.9):
        import geoopt
        g = torch.Generator().manual_seed(0)
        man = getattr(geoopt, manifold)()
        p = geoopt.ManifoldParameter(torch.linalg.qr(torch.randn(93, 70, generator=g, dtype=dtype)).Q, manifold=man)
        base = torch.randn(93, 70, generator=g, dtype=dtype)
        p.grad = base.clone()
        opt = geoopt.optim.RiemannianAdam([p], lr=1e-2) if adam else geoopt.optim.RiemannianSGD([p], lr=1e-2, momentum=mom)
        inner = opt.step

        def step():
            p.grad.copy_(base)
            inner()
        opt.step = step
        return opt
    for man in ("CanonicalStiefel", "EuclideanStiefel"):
        for adam in (False, True):
            for dt in (torch.float32, torch.float64):
                nm = f"d_stiefel/{'radam' if adam else 'rsgd'}_{man}_{str(dt).split('.')[-1]}"
                out[nm] = lambda man=man, adam=adam, dt=dt: stiefel(man, adam, dt)
    return out


cases = makers()
named = args.only.split(",")
cases = {k: cases[k] for k in named} if all(k in cases for k in named) else {k: v for k, v in cases.items() if args.only in k}
if args.list:
    print("\n".join(cases)); sys.exit()
for name, make in cases.items():
    if args.isolate:
        subprocess.run([sys.executable, __file__, "--threads", str(args.threads), "--reps", str(args.reps),
                        "--warmup", str(args.warmup), "--only", name], check=True)
        continue
    opt, times = make(), []
    for i in range(args.warmup + args.reps):
        t = time.perf_counter()
        opt.step()
        if i >= args.warmup:
            times.append(1e3 * (time.perf_counter() - t))
    print(json.dumps({"case": name, "ms_per_step": round(statistics.median(times), 4),
                      "min_ms": round(min(times), 4), "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
                      "threads": args.threads, "reps": args.reps, "torch": torch.__version__.split("+")[0]}), flush=True)
