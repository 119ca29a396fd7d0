"""Every operation against float64, on random and on adversarial inputs.

A check is a function of (library, inputs) that yields cases, (what, run): run() yields (aspect, error, bound),
which pass if error <= bound. A case is run before the next one is asked for, and may raise.
"""

import time

import torch

from gpu import published
from gpu.native import EXACT, PUBLISHED, Failure

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


def rows_mask(original, s, sparsity):
    """What goes of each row: its share of the total, the smallest scores, ties in order."""
    scores = original.float().abs() * (1 if s is None else s)
    order = torch.sort(keys(scores), dim=1, stable=True)[1]
    rows, cols = original.shape
    total = int(rows * cols * sparsity + 0.5)
    shares = torch.arange(rows + 1, device=original.device) * total // rows
    share = (shares[1:] - shares[:-1]).unsqueeze(1)
    mask = torch.zeros(rows, cols, dtype=torch.bool, device=original.device)
    taken = torch.arange(cols, device=original.device).unsqueeze(0) < share
    return mask.scatter_(1, order, taken)


def groups_mask(original, s, keep, group):
    rows, cols = original.shape
    scores = original.float().abs() * (1 if s is None else s)
    grouped = keys(scores).view(rows, cols // group, group)
    order = torch.sort(grouped, dim=2, stable=True)[1]
    mask = torch.zeros_like(grouped, dtype=torch.bool)
    mask.scatter_(2, order[:, :, : group - keep], True)
    return mask.view(rows, cols)


def prune_rows_smallest(library, inputs):
    for what, original in selections(inputs):
        for s in (None, inputs.scales(original.size(1))):
            for sparsity in (0.0, 0.5, 0.7, 1.0):

                def run():
                    w = copy_of(original)
                    library.prune_rows(w, s, sparsity)
                    yield "", differing(w, original, rows_mask(original, s, sparsity)), 0

                yield "%s, %g%s" % (what, sparsity, "" if s is None else ", scaled"), run


def prune_matrix_smallest(library, inputs):
    for what, original in selections(inputs):
        flat = keys(original).flatten()
        ordered, order = torch.sort(flat, stable=True)
        for sparsity in (0.0, 0.3, 0.7, 0.999):

            def exact():
                mask = torch.zeros(flat.numel(), dtype=torch.bool, device=original.device)
                mask[order[: int(flat.numel() * sparsity + 0.5)]] = True
                w = copy_of(original)
                library.prune_matrix(w, sparsity)
                yield "", differing(w, original, mask.view_as(original)), 0

            def as_published():
                w = copy_of(original)
                library.prune_matrix(w, sparsity, PUBLISHED)
                mask = flat <= ordered[int(flat.numel() * sparsity)]
                yield "", differing(w, original, mask.view_as(original)), 0

            yield "%s, %g" % (what, sparsity), exact
            yield "%s, %g, published" % (what, sparsity), as_published


def prune_n_of_m(library, inputs):
    for what, original in selections(inputs):
        cols = original.size(1)
        for keep, group in ((1, 2), (2, 4), (1, 4), (4, 8), (8, 16), (5, 32), (20, 64), (2, 3), (5, 7)):
            if cols % group != 0:
                continue
            for s in (None, inputs.scales(cols)):

                def run():
                    w = copy_of(original)
                    library.prune_n_of_m(w, s, keep, group)
                    yield "", differing(w, original, groups_mask(original, s, keep, group)), 0

                yield "%s, %d:%d%s" % (what, keep, group, "" if s is None else ", scaled"), run


def count_zeros(library, inputs):
    for what, w in selections(inputs):

        def run():
            yield "", abs(library.count_zeros(w) - (w == 0).sum().item()), 0

        yield what, run


def score_summary(library, inputs):
    for shapes in (((1, 1),), ((64, 257), (1, 9)), ((300, 1024),), ((129, 512), (1376, 512), (512, 1376))):
        for dtype in WEIGHTS:
            weights = [inputs.weights(r, c, dtype) for r, c in shapes]
            scales = [inputs.scales(c) for _, c in shapes]
            scores = torch.cat([(w.float().abs() * s).flatten() for w, s in zip(weights, scales)])
            wide = scores.double()
            what = "%s %s" % (shapes, str(dtype)[6:])
            for multiple in (0.0, 1.0, 5.0):

                def run():
                    found = library.score_summary(weights, scales, multiple)
                    above = (wide > multiple * found.mean).sum().item()
                    yield "mean", abs(found.mean - wide.mean().item()) / wide.mean().item(), 1e-6
                    yield "median", abs(found.median - torch.median(scores).item()), 0
                    yield "max", abs(found.max - scores.max().item()), 0
                    yield "outliers", abs(found.outliers - above), 0
                    if wide.numel() > 1:
                        deviation = wide.std().item()
                        yield "deviation", abs(found.standard_deviation / deviation - 1), 1e-6

                yield "%s, %g" % (what, multiple), run

            def with_nan():
                weights[0].view(-1)[0] = NAN
                found = library.score_summary(weights, scales, 5.0)
                yield "", 0 if found.max != found.max and found.outliers == 0 else 1, 0

            yield what + " with NaN", with_nan


def squares_error(library, x):
    acc = torch.rand(x.size(1), dtype=torch.float64, device=x.device)
    expected = acc + x.double().pow(2).sum(0)
    library.accumulate_squares(x, acc)
    return ((acc - expected).abs() / expected).max().item()


def accumulate_squares(library, inputs):
    for tokens, cols in inputs.shapes(((1, 1), (3, 77), (2048, 136), (5000, 4096), (777, 1001))):
        for dtype in WEIGHTS:
            x = inputs.activations(tokens, cols, dtype)
            for name, view in (("", x), ("strided", inputs.strided(x, 3)), ("wide", inputs.strided(x, 8))):

                def run():
                    yield "", squares_error(library, view), 1e-6

                yield "%dx%d %s %s" % (tokens, cols, str(dtype)[6:], name), run
    for huge in (1e30, 1e-30):

        def extreme():
            x = torch.full((100, 64), huge, device=inputs.device)
            acc = torch.zeros(64, dtype=torch.float64, device=inputs.device)
            library.accumulate_squares(x, acc)
            expected = x.double().pow(2).sum(0)
            yield "", ((acc - expected).abs() / expected).max().item(), 1e-6

        yield "f32 %g" % huge, extreme


def hessian_errors(library, inputs, x):
    start = inputs.normal(x.size(1), x.size(1))
    h = (start + start.t()) * x.float().pow(2).mean()
    del start
    expected = h.double()
    for begin in range(0, x.size(0), 4096):
        part = x[begin : begin + 4096].double()
        expected += 0.5 * (part.t() @ part)
    library.accumulate_hessian(x, 0.5, h)
    yield "", relative(h, expected), 2e-5
    yield "symmetry", (h != h.t()).sum().item(), 0


def accumulate_hessian(library, inputs):
    # bf16 first; 136, 264 and 328: rows that Hopper's own tensor instructions take, and part of a tile.
    shapes = ((1, 1), (5, 33), (300, 136), (200, 264), (130, 328), (300, 130))
    for tokens, cols in inputs.shapes(shapes + ((4500, 256), (9000, 520), (4500, 2056))):
        for dtype in (torch.bfloat16, torch.float16, torch.float32):
            x = inputs.activations(tokens, cols, dtype)
            for name, view in (("", x), ("strided", inputs.strided(x, 3)), ("wide", inputs.strided(x, 8))):
                yield (
                    "%dx%d %s %s" % (tokens, cols, str(dtype)[6:], name),
                    lambda: hessian_errors(library, inputs, view),
                )

    def bias():
        x = inputs.activations(4200 if inputs.quick else 65536, 256, torch.bfloat16) + 1
        h = torch.zeros(256, 256, device=x.device)
        library.accumulate_hessian(x, 1.0, h)
        expected = x.double().pow(2).sum(0)
        yield "", ((h.diag() - expected).abs() / expected).max().item(), 2e-5

    yield "bias of a long sum", bias


def factor_errors(library, h, u, precision, bound):
    """u holds h, and becomes its factor."""
    dead = torch.full((h.size(0),), 9, dtype=torch.uint8, device=h.device)
    library.inverse_factor(u, 0.01, precision, dead)
    yield "", relative(u, published.inverse_factor(h.double(), 0.01)), bound
    yield "below the diagonal", u.tril(-1).ne(0).sum().item(), 0
    yield "dead", (dead.bool() != (h.diag() == 0)).sum().item(), 0


def inverse_factor(library, inputs):
    for cols, _ in inputs.shapes(tuple((n, n) for n in (1, 2, 63, 64, 65, 200, 513, 1500))):
        for precision, bound in ((torch.float64, 1e-5), (torch.float32, 1e-4)):
            h = inputs.hessian(cols)
            for name, u in (("", h.clone()), ("strided", inputs.strided(h, 5))):
                yield (
                    "n %d %s %s" % (cols, str(precision)[6:], name),
                    lambda: factor_errors(library, h, u, precision, bound),
                )

    def little_damping():
        h = inputs.hessian(600, dead=False)
        u, dead = h.clone(), torch.zeros(600, dtype=torch.uint8, device=h.device)
        library.inverse_factor(u, 1e-6, torch.float64, dead)
        yield "", relative(u, published.inverse_factor(h.double(), 1e-6)), 1e-2

    yield "damping 1e-6 survives", little_damping
    for column, value in ((0, -1.0), (100, -1.0), (199, -1.0), (70, NAN), (130, INF)):

        def refusal():
            h = inputs.hessian(200)
            h[column, column] = value * h.diag().max() if value == -1.0 else value
            u, dead = h.clone(), torch.zeros(200, dtype=torch.uint8, device=h.device)
            try:
                library.inverse_factor(u, 0.01, torch.float64, dead)
                refused = False
            except Failure as failure:
                if failure.code != -5:
                    raise
                refused = True
            same = torch.equal(u.view(torch.int32), h.view(torch.int32))
            yield "", 0 if refused and same else 1, 0

        yield "refuses %g in column %d" % (value, column), refusal


def sweep(library, inputs):
    for rows, cols in inputs.shapes(((1, 1), (5, 65), (130, 200), (512, 1024), (257, 1500))):
        h = inputs.hessian(cols, dead=False)
        u = published.inverse_factor(h.double(), 0.01).float().contiguous()
        original = inputs.weights(rows, cols) + 1e-4 * inputs.normal(rows, cols)
        shape = "%dx%d" % (rows, cols)
        for sparsity in (0.5, 0.7):
            for name, w in (("", original.clone()), ("strided", inputs.strided(original, 3))):
                yield (
                    "%s %.0f %% %s" % (shape, 100 * sparsity, name),
                    lambda: compare_sweeps(
                        original, w, u,
                        lambda w, loss: library.sweep(w, u, sparsity, PUBLISHED, 128, loss), sparsity, 0, 0),
                )  # fmt: skip
        for keep, group in ((2, 4), (4, 8), (1, 4)):
            if cols % group == 0 and 128 % group == 0:
                yield (
                    "%s %d:%d" % (shape, keep, group),
                    lambda: compare_sweeps(
                        original, original.clone(), u,
                        lambda w, loss: library.sweep_n_of_m(w, u, keep, group, 128, loss),
                        0, group - keep, group),
                )  # fmt: skip

        def exact_count():
            w, loss = original.clone(), torch.zeros(rows, 1, dtype=torch.float64, device=original.device)
            library.sweep(w, u, 0.6, EXACT, 128, loss)
            yield "", abs((w == 0).sum().item() - int(rows * cols * 0.6 + 0.5)), 0

        yield shape + " exact count", exact_count


def compare_sweeps(original, w, u, run, sparsity, prunen, prunem):
    wide = original.double()
    expected_loss = published.sweep(wide, u.double(), sparsity, prunen, prunem)
    loss = torch.full((w.size(0), 1), NAN, dtype=torch.float64, device=w.device)
    run(w, loss)
    flipped = (w == 0) != (wide == 0)
    yield "mask", flipped.sum().item() / w.numel(), 1e-4 if w.numel() > 1e4 else 0
    whole = ~flipped.any(1)
    yield "weights", relative(w[whole], wide[whole]), 1e-5
    yield "loss", abs(loss.sum() / expected_loss.sum() - 1).item(), 1e-4


# ---- the linears of models, whole ----


def linears_selection(library, inputs):
    for what, rows, cols in inputs.linears():
        w0, s = inputs.weights(rows, cols, torch.bfloat16), inputs.scales(cols)

        def by_rows():
            w = w0.clone()
            library.prune_rows(w, s, 0.7)
            yield "", differing(w, w0, rows_mask(w0, s, 0.7)), 0

        def by_groups():
            w = w0.clone()
            library.prune_n_of_m(w, s, 2, 4)
            yield "", differing(w, w0, groups_mask(w0, s, 2, 4)), 0

        def by_matrix():
            w, flat = w0.clone(), keys(w0).flatten()
            library.prune_matrix(w, 0.5, PUBLISHED)
            mask = flat <= torch.sort(flat)[0][int(flat.numel() * 0.5)]
            yield "", differing(w, w0, mask.view_as(w0)), 0
            yield "zeros", abs(library.count_zeros(w) - (w == 0).sum().item()), 0

        def summary():
            scores = w0.float().abs() * s
            found = library.score_summary([w0], [s], 5.0)
            mean = scores.double().mean().item()
            yield "mean", abs(found.mean / mean - 1), 1e-6
            yield "median", abs(found.median - torch.sort(scores.flatten())[0][(scores.numel() - 1) // 2].item()), 0

        def squares():
            yield "", squares_error(library, inputs.activations(2048, cols)), 1e-6

        yield what + ", rows", by_rows
        yield what + ", 2:4", by_groups
        yield what + ", matrix", by_matrix
        yield what + ", summary", summary
        yield what + ", squares", squares


def linears_hessian(library, inputs):
    for what, _, cols in inputs.linears(of_each_width=True):
        yield what, lambda: hessian_errors(library, inputs, inputs.activations(2048, cols))


def linears_factor(library, inputs):
    for what, _, cols in inputs.linears(of_each_width=True):

        def run():
            h = inputs.hessian(cols)
            return factor_errors(library, h, h.clone(), torch.float64, 1e-5)

        yield what, run


def linears_sweep(library, inputs):
    for what, rows, cols in inputs.linears(of_each_width=True):

        def run():
            h = inputs.hessian(cols, dead=False)
            u = published.inverse_factor(h.double(), 0.01).float().contiguous()
            del h
            w = inputs.weights(rows, cols)
            return compare_sweeps(
                w, w.clone(), u, lambda w, loss: library.sweep(w, u, 0.7, PUBLISHED, 128, loss), 0.7, 0, 0)

        yield what, run


def copy_of(tensor):
    """A copy with the same strides, poison between the rows included."""
    if tensor.is_contiguous():
        return tensor.clone()
    wide = torch.full(
        (tensor.size(0), tensor.stride(0)), NAN, device=tensor.device
    ).to(tensor.dtype)
    wide[:, : tensor.size(1)] = tensor
    return wide[:, : tensor.size(1)]


# What models' time goes to first: if one is lost, what is known of these is on disk.
ALL = (
    accumulate_hessian,
    inverse_factor,
    sweep,
    accumulate_squares,
    prune_rows_smallest,
    prune_matrix_smallest,
    prune_n_of_m,
    score_summary,
    count_zeros,
    linears_selection,
    linears_hessian,
    linears_factor,
    linears_sweep,
)


class Tally:
    """The outcomes of a check: the worst, and the first failures."""

    LISTED = 20

    def __init__(self, op, record):
        self.op, self.record = op, record
        self.cases, self.failed, self.skipped = 0, 0, 0
        self.failures = []
        self.worst = None  # (margin, what, error, bound)

    def measured(self, what, error, bound):
        self.cases += 1
        passed = error <= bound  # NaN never passes
        margin = (not passed, error / bound if bound else 0.0)
        if self.worst is None or margin > self.worst[0]:
            self.worst = (margin, what, error, bound)
        if not passed:
            self._fail("%s: error %g, bound %g" % (what, error, bound))
        self.record(kind="case", op=self.op, what=what, error=error, bound=bound, passed=passed)

    def raised(self, what, error):
        self.cases += 1
        text = "%s: %s" % (type(error).__name__, str(error).strip().split("\n")[0])
        self._fail("%s: %s" % (what, text))
        self.record(kind="case", op=self.op, what=what, raised=text, passed=False)

    def skip(self, what, why):
        self.skipped += 1
        self.record(kind="case", op=self.op, what=what, skipped=why)

    def _fail(self, text):
        self.failed += 1
        if len(self.failures) < self.LISTED:
            self.failures.append(text)


def run(check, library, inputs, record):
    """Runs one check to the end, whatever its cases raise; a Tally of it."""
    library.checked = True
    tally = Tally(check.__name__, record)
    record(kind="start", op=check.__name__)
    for what, case in check(library, inputs):
        start = time.time()
        try:
            for aspect, error, bound in case():
                tally.measured((what + " " + aspect).strip(), error, bound)
        except torch.cuda.OutOfMemoryError as error:
            tally.skip(what, str(error).split("\n")[0])
        except (Failure, RuntimeError) as error:
            tally.raised(what, error)
            if library.is_lost():
                tally.raised("everything after " + what, RuntimeError("the device is lost to this process"))
                break
        record(kind="time", op=check.__name__, what=what, seconds=round(time.time() - start, 3))
    record(kind="end", op=check.__name__, cases=tally.cases, failed=tally.failed, skipped=tally.skipped)
    library.checked = False
    return tally
