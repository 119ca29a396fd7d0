"""Every operation against float64, on random and on adversarial inputs.

A check is a function of (library, inputs) that yields (what, error, bound): it passes if error <= bound.
"""

import torch

from gpu import published
from gpu.library import EXACT, PUBLISHED, Failure

WEIGHTS = (torch.float32, torch.float16, torch.bfloat16)
NAN, INF = float("nan"), float("inf")


def relative(a, b):
    """||a - b|| / ||b||; infinite where a has what is not finite."""
    if not bool(torch.isfinite(a).all()):
        return INF
    return ((a.double() - b.double()).norm() / b.double().norm().clamp_min(1e-300)).item()


def keys(scores):
    """The order of scores as integers: NaN above every number, all NaN alike."""
    magnitude = scores.float().abs()
    bits = magnitude.view(torch.int32).clone()
    bits[torch.isnan(magnitude)] = 0x7F800001
    return bits


def differing(pruned, before, mask):
    """Elements that are not +0 where the mask says so, or do not keep their bits elsewhere."""
    integer = torch.int32 if pruned.dtype == torch.float32 else torch.int16
    expected = before.contiguous().view(integer).clone()
    expected[mask] = 0
    return (pruned.contiguous().view(integer) != expected).sum().item()


def selections(inputs):
    """Weights with and without scales: gaussian, coarse, equal, zero, not finite; odd and strided."""
    for rows, cols in inputs.shapes(((1, 1), (3, 77), (65, 256), (33, 1032), (2, 10177), (2, 11008), (2, 12288), (5, 30000))):
        for dtype in WEIGHTS:
            base = inputs.weights(rows, cols, dtype)
            coarse = ((base.float() * 100).round() / 4).to(dtype)
            special = coarse.clone()
            special.view(-1)[:: 7] = NAN
            special.view(-1)[3:: 11] = -INF
            special.view(-1)[1:: 5] = -0.0
            for name, w in (
                ("gaussian", base),
                ("ties", coarse),
                ("equal", torch.full(base.shape, -0.5, device=base.device).to(dtype)),
                ("zeros", torch.zeros_like(base)),
                ("not finite", special),
                ("strided", inputs.strided(base, 3)),
                ("wide strided", inputs.strided(coarse, 8)),
            ):
                yield "%dx%d %s %s" % (rows, cols, str(dtype)[6:], name), w


def prune_rows_smallest(library, inputs):
    for what, original in selections(inputs):
        for s in (None, inputs.scales(original.size(1))):
            for sparsity in (0.0, 0.5, 0.7, 1.0):
                w = copy_of(original)
                library.prune_rows(w, s, sparsity)
                scores = original.float().abs() * (1 if s is None else s)
                order = torch.sort(keys(scores), dim=1, stable=True)[1]
                rows, cols = original.shape
                total = int(rows * cols * sparsity + 0.5)
                mask = torch.zeros(rows, cols, dtype=torch.bool, device=w.device)
                for i in range(rows):
                    mask[i, order[i, : (i + 1) * total // rows - i * total // rows]] = True
                yield what, differing(w, original, mask), 0


def prune_matrix_smallest(library, inputs):
    for what, original in selections(inputs):
        flat = keys(original).flatten()
        ordered, order = torch.sort(flat, stable=True)
        for sparsity in (0.0, 0.3, 0.7, 0.999):
            mask = torch.zeros(flat.numel(), dtype=torch.bool, device=original.device)
            mask[order[: int(flat.numel() * sparsity + 0.5)]] = True
            w = copy_of(original)
            library.prune_matrix(w, sparsity)
            yield what, differing(w, original, mask.view_as(original)), 0
            w = copy_of(original)
            library.prune_matrix(w, sparsity, PUBLISHED)
            mask = flat <= ordered[int(flat.numel() * sparsity)]
            yield what + ", published", differing(w, original, mask.view_as(original)), 0


def prune_n_of_m(library, inputs):
    for what, original in selections(inputs):
        rows, cols = original.shape
        for keep, group in ((1, 2), (2, 4), (1, 4), (4, 8), (8, 16), (5, 32), (20, 64), (2, 3), (5, 7)):
            if cols % group != 0:
                continue
            for s in (None, inputs.scales(cols)):
                scores = original.float().abs() * (1 if s is None else s)
                grouped = keys(scores).view(rows, cols // group, group)
                order = torch.sort(grouped, dim=2, stable=True)[1]
                mask = torch.zeros_like(grouped, dtype=torch.bool)
                mask.scatter_(2, order[:, :, : group - keep], True)
                w = copy_of(original)
                library.prune_n_of_m(w, s, keep, group)
                wrong = differing(w, original, mask.view(rows, cols))
                yield "%s, %d:%d" % (what, keep, group), wrong, 0


def count_zeros(library, inputs):
    for what, w in selections(inputs):
        yield what, abs(library.count_zeros(w) - (w == 0).sum().item()), 0


def score_summary(library, inputs):
    for shapes in (((1, 1),), ((64, 257), (1, 9)), ((300, 1024),), ((129, 512), (1376, 512), (512, 1376))):
        for dtype in WEIGHTS:
            weights = [inputs.weights(r, c, dtype) for r, c in shapes]
            scales = [inputs.scales(c) for _, c in shapes]
            scores = torch.cat([(w.float().abs() * s).flatten() for w, s in zip(weights, scales)])
            wide = scores.double()
            for multiple in (0.0, 1.0, 5.0):
                found = library.score_summary(weights, scales, multiple)
                above = (wide > multiple * found.mean).sum().item()
                what = "%s %s" % (shapes, str(dtype)[6:])
                yield what + " mean", abs(found.mean - wide.mean().item()) / wide.mean().item(), 1e-6
                yield what + " median", abs(found.median - torch.median(scores).item()), 0
                yield what + " max", abs(found.max - scores.max().item()), 0
                yield what + " outliers", abs(found.outliers - above), 0
                if wide.numel() > 1:
                    deviation = wide.std().item()
                    yield what + " deviation", abs(found.standard_deviation / deviation - 1), 1e-6
            weights[0].view(-1)[0] = NAN
            found = library.score_summary(weights, scales, 5.0)
            yield what + " with NaN", 0 if found.max != found.max and found.outliers == 0 else 1, 0


def accumulate_squares(library, inputs):
    for tokens, cols in inputs.shapes(((1, 1), (3, 77), (2048, 136), (5000, 4096), (777, 1001))):
        for dtype in WEIGHTS:
            x = inputs.activations(tokens, cols, dtype)
            for name, view in (("", x), ("strided", inputs.strided(x, 3)), ("wide", inputs.strided(x, 8))):
                acc = torch.rand(cols, dtype=torch.float64, device=x.device)
                expected = acc + x.double().pow(2).sum(0)
                library.accumulate_squares(view, acc)
                error = ((acc - expected).abs() / expected).max().item()
                yield "%dx%d %s %s" % (tokens, cols, str(dtype)[6:], name), error, 1e-6
    for huge in (1e30, 1e-30):
        x = torch.full((100, 64), huge, device=inputs.device)
        acc = torch.zeros(64, dtype=torch.float64, device=inputs.device)
        library.accumulate_squares(x, acc)
        expected = x.double().pow(2).sum(0)
        yield "f32 %g" % huge, ((acc - expected).abs() / expected).max().item(), 1e-6


def accumulate_hessian(library, inputs):
    for tokens, cols in inputs.shapes(((1, 1), (5, 33), (300, 130), (4500, 256), (9000, 520), (4500, 2056))):
        for dtype in WEIGHTS:
            x = inputs.activations(tokens, cols, dtype)
            for name, view in (("", x), ("strided", inputs.strided(x, 3)), ("wide", inputs.strided(x, 8))):
                start = inputs.normal(cols, cols)
                h = (start + start.t()) * x.float().pow(2).mean()
                expected = h.double() + 0.5 * (x.double().t() @ x.double())
                library.accumulate_hessian(view, 0.5, h)
                what = "%dx%d %s %s" % (tokens, cols, str(dtype)[6:], name)
                yield what, relative(h, expected), 2e-5
                yield what + " symmetry", (h != h.t()).sum().item(), 0
    x = inputs.activations(4200 if inputs.quick else 65536, 256, torch.bfloat16) + 1
    h = torch.zeros(256, 256, device=inputs.device)
    library.accumulate_hessian(x, 1.0, h)
    expected = x.double().pow(2).sum(0)
    yield "bias of a long sum", ((h.diag() - expected).abs() / expected).max().item(), 2e-5


def inverse_factor(library, inputs):
    for cols, _ in inputs.shapes(tuple((n, n) for n in (1, 2, 63, 64, 65, 200, 513, 1500))):
        for precision, bound in ((torch.float64, 1e-5), (torch.float32, 1e-4)):
            h = inputs.hessian(cols)
            expected = published.inverse_factor(h.double(), 0.01)
            for u in (h.clone(), inputs.strided(h, 5)):
                dead = torch.full((cols,), 9, dtype=torch.uint8, device=h.device)
                library.inverse_factor(u, 0.01, precision, dead)
                what = "n %d %s" % (cols, str(precision)[6:])
                yield what, relative(u, expected), bound
                yield what + " below the diagonal", u.tril(-1).ne(0).sum().item(), 0
                yield what + " dead", (dead.bool() != (h.diag() == 0)).sum().item(), 0
    h = inputs.hessian(600, dead=False)
    u, dead = h.clone(), torch.zeros(600, dtype=torch.uint8, device=h.device)
    library.inverse_factor(u, 1e-6, torch.float64, dead)
    yield "damping 1e-6 survives", relative(u, published.inverse_factor(h.double(), 1e-6)), 1e-2
    for column, value in ((0, -1.0), (100, -1.0), (199, -1.0), (70, NAN), (130, INF)):
        h = inputs.hessian(200)
        h[column, column] = value * h.diag().max() if value == -1.0 else value
        u, dead = h.clone(), torch.zeros(200, dtype=torch.uint8, device=h.device)
        try:
            library.inverse_factor(u, 0.01, torch.float64, dead)
            refused = False
        except Failure as failure:
            refused = failure.code == -5
        same = torch.equal(u.view(torch.int32), h.view(torch.int32))
        yield "refuses %g in column %d" % (value, column), 0 if refused and same else 1, 0


def sweep(library, inputs):
    for rows, cols in inputs.shapes(((1, 1), (5, 65), (130, 200), (512, 1024), (257, 1500))):
        h = inputs.hessian(cols, dead=False)
        u = published.inverse_factor(h.double(), 0.01).float().contiguous()
        original = inputs.weights(rows, cols) + 1e-4 * inputs.normal(rows, cols)
        for sparsity in (0.5, 0.7):
            for w in (original.clone(), inputs.strided(original, 3)):
                yield from compare_sweeps(
                    "%dx%d %.0f %%" % (rows, cols, 100 * sparsity), original, w, u,
                    lambda w, loss: library.sweep(w, u, sparsity, PUBLISHED, 128, loss), sparsity, 0, 0)
        for keep, group in ((2, 4), (4, 8), (1, 4)):
            if cols % group == 0 and 128 % group == 0:
                yield from compare_sweeps(
                    "%dx%d %d:%d" % (rows, cols, keep, group), original, original.clone(), u,
                    lambda w, loss: library.sweep_n_of_m(w, u, keep, group, 128, loss),
                    0, group - keep, group)
        w, loss = original.clone(), torch.zeros(rows, 1, dtype=torch.float64, device=w.device)
        library.sweep(w, u, 0.6, EXACT, 128, loss)
        total = int(rows * cols * 0.6 + 0.5)
        yield "%dx%d exact count" % (rows, cols), abs((w == 0).sum().item() - total), 0


def compare_sweeps(what, original, w, u, run, sparsity, prunen, prunem):
    wide = original.double()
    expected_loss = published.sweep(wide, u.double(), sparsity, prunen, prunem)
    loss = torch.full((w.size(0), 1), NAN, dtype=torch.float64, device=w.device)
    run(w, loss)
    flipped = (w == 0) != (wide == 0)
    yield what + " mask", flipped.sum().item() / w.numel(), 1e-4 if w.numel() > 1e4 else 0
    whole = ~flipped.any(1)
    yield what + " weights", relative(w[whole], wide[whole]), 1e-5
    yield what + " loss", abs(loss.sum() / expected_loss.sum() - 1).item(), 1e-4


def copy_of(tensor):
    """A copy with the same strides, poison between the rows included."""
    if tensor.is_contiguous():
        return tensor.clone()
    wide = torch.full(
        (tensor.size(0), tensor.stride(0)), NAN, device=tensor.device
    ).to(tensor.dtype)
    wide[:, : tensor.size(1)] = tensor
    return wide[:, : tensor.size(1)]


ALL = (
    accumulate_squares,
    accumulate_hessian,
    inverse_factor,
    sweep,
    prune_rows_smallest,
    prune_matrix_smallest,
    prune_n_of_m,
    score_summary,
    count_zeros,
)


def run(library, inputs, report):
    """Reports each check as (op, cases, worst what, error, bound, passed); True if all pass."""
    library.poison = True
    passed = True
    for check in ALL:
        cases, worst = 0, None
        for what, error, bound in check(library, inputs):
            cases += 1
            ok = error <= bound  # NaN never passes
            margin = (not ok, error / bound if bound else 0.0)
            if worst is None or margin > worst[0]:
                worst = (margin, what, error, bound)
        (failed, _), what, error, bound = worst
        passed &= not failed
        report(check.__name__, cases, what, error, bound, not failed)
    library.poison = False
    return passed
