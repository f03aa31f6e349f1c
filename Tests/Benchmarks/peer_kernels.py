"""Single kernels in PyTorch, as a user would write them who keeps memory for results: the rows of the kernel table."""
import math

import peer_poincare


def prepare(k):
    """The step of a row {kernel, n, batch, dtype, and what the kernel needs: backward, out, bias, relu, side, layout, compile}."""
    import torch
    fn = torch.nn.functional
    dtype = torch.float64 if k["dtype"] == "f64" else torch.float32
    g = torch.Generator().manual_seed(3)
    n, batch = k["n"], k["batch"]
    randn = lambda *shape: torch.randn(*shape, generator=g, dtype=dtype)

    def spd():
        x = randn(batch, n, 2 * n)
        return x @ x.mT / (2 * n) + 0.1 * torch.eye(n, dtype=dtype)

    def apply(f, *arguments):
        """Without the graph, or with it and a backward from a fixed cotangent."""
        if not k.get("backward"):
            def step():
                with torch.no_grad():
                    f(*arguments)
            return step
        arguments = [a.requires_grad_(True) for a in arguments]
        cotangent = torch.randn(f(*arguments).shape, generator=g, dtype=dtype)

        def step():
            for a in arguments:
                a.grad = None
            f(*arguments).backward(cotangent)
        return step

    class Spectral(torch.autograd.Function):
        """log of SPD matrices with the closed-form backward of Daleckii and Krein."""

        @staticmethod
        def forward(ctx, x):
            w, u = torch.linalg.eigh(x)
            ctx.save_for_backward(w, u)
            return (u * w.log().unsqueeze(-2)) @ u.mT

        @staticmethod
        def backward(ctx, dy):
            w, u = ctx.saved_tensors
            a, b = w.unsqueeze(-1), w.unsqueeze(-2)
            gap = a - b
            same = gap.abs() < 1e-12 * (a + b)
            kernel = torch.where(same, 1 / a, (a.log() - b.log()) / torch.where(same, 1, gap))
            return u @ (kernel * (u.mT @ dy @ u)) @ u.mT

    if k["kernel"] == "eigh":
        return apply(lambda x: torch.linalg.eigh(x)[1], spd())
    if k["kernel"] == "log":
        return apply(Spectral.apply, spd())
    if k["kernel"] in ("bmm", "bmm_transposed"):
        x, y = randn(batch, n, n), randn(batch, n, n)
        y = y.mT if k["kernel"] == "bmm_transposed" else y
        out = torch.empty_like(x)
        return lambda: torch.bmm(x, y, out=out)
    if k["kernel"] == "congruence":
        x, w = spd(), torch.linalg.qr(randn(n, n))[0]
        left, right = w.mT.expand(batch, n, n), w.expand(batch, n, n)
        half, out = torch.empty_like(x), torch.empty_like(x)
        return lambda: torch.bmm(torch.bmm(left, x, out=half), right, out=out)
    if k["kernel"] == "linear":
        x, w, bias, out = randn(batch, n), randn(k["out"], n), randn(k["out"]), randn(batch, k["out"])
        product = (lambda: torch.addmm(bias, x, w.T, out=out)) if k["bias"] else (lambda: torch.mm(x, w.T, out=out))
        return (lambda: product().relu_()) if k["relu"] else product
    if k["kernel"] == "tanh":
        x = randn(batch, n)
        out = torch.empty_like(x)
        return lambda: torch.tanh(x, out=out)
    if k["kernel"] in ("expmap0", "logmap0", "ball_relu"):
        maps, c = peer_poincare.Decomposed, torch.ones((), dtype=dtype)
        f = {"expmap0": lambda x: maps.expmap0(x, c), "logmap0": lambda x: maps.logmap0(x, c),
             "ball_relu": lambda x: maps.expmap0(torch.relu(maps.logmap0(x, c)), c)}[k["kernel"]]
        x = randn(batch, n) / math.sqrt(n)
        return apply(torch.compile(f) if k.get("compile") else f, x if k["kernel"] == "expmap0" else maps.expmap0(x, c))
    if k["kernel"] == "conv2d":
        side = k["side"]
        x, w = randn(batch, n, side, side), randn(n, n, 3, 3) / math.sqrt(9 * n)
        if k.get("layout") == "nhwc":
            x, w = (t.contiguous(memory_format=torch.channels_last) for t in (x, w))
        return apply(lambda x: fn.conv2d(x, w, padding=1), x)
    raise ValueError(k)
