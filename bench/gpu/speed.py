"""Times of the operations at LLaMA-2-7B's shapes beside the published ones and the floors.

PARTS are functions of a Speed; each is run in a process of its own and makes its inputs itself.
"""

import statistics
import time

import torch

from gpu import published
from gpu.block import Block
from gpu.native import Failure

SEQUENCES, LENGTH = 128, 2048
BATCH = 8  # sequences that ours takes at a time; the published code takes one
HIDDEN, INTERMEDIATE = 4096, 11008
F64, F32, BF16 = torch.float64, torch.float32, torch.bfloat16


class Clock:
    """Milliseconds of device work; the CPU's own time where there is no GPU.

    The GPU is kept busy while the first kernels are queued, so that the way to the device is not in the time of
    what waits for nothing in between.
    """

    BUSY_CYCLES = 4_000_000  # about two milliseconds

    def __init__(self, device):
        self.cuda = device == "cuda"

    def once(self, run):
        if not self.cuda:
            start = time.perf_counter()
            run()
            return 1000 * (time.perf_counter() - start)
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        torch.cuda.synchronize()
        torch.cuda._sleep(self.BUSY_CYCLES)
        start.record()
        run()
        end.record()
        torch.cuda.synchronize()
        return start.elapsed_time(end)

    def median(self, prepare, run, budget_ms=1500, most=15):
        """After one run to warm up; `prepare` is not timed and gives run its argument."""
        argument = prepare()
        times = [self.once(lambda: run(argument))]
        if times[0] < budget_ms:
            times = []
        while len(times) < most and sum(times) < budget_ms:
            argument = prepare()
            times.append(self.once(lambda: run(argument)))
        return statistics.median(times)


class Ceilings:
    """What the device can do: bytes and operations a millisecond."""

    NAMES = {"f32": F32, "f64": F64, "bf16": BF16}

    def __init__(self, bytes_per_ms, flops_per_ms):
        self.bytes_per_ms = bytes_per_ms
        self.flops_per_ms = {dtype: flops_per_ms[name] for name, dtype in self.NAMES.items()}

    @classmethod
    def measure(cls, clock, device, quick):
        n = 1 << (20 if quick else 29)
        source = torch.randn(n, device=device).bfloat16()
        target = torch.empty_like(source)
        bytes_per_ms = 4 * n / clock.median(lambda: None, lambda _: target.copy_(source))
        m = 512 if quick else 8192
        flops_per_ms = {}
        for name, dtype in cls.NAMES.items():
            a = torch.randn(m, m, device=device).to(dtype)
            flops_per_ms[name] = 2 * m**3 / clock.median(lambda: None, lambda _: torch.mm(a, a))
        return {"bytes_per_ms": bytes_per_ms, "flops_per_ms": flops_per_ms}


class Table:
    HEAD = (
        "| operation | shape | published ms | ours ms | ratio | target | floor ms | of floor |\n"
        "|---|---|--:|--:|--:|--:|--:|--:|"
    )

    @staticmethod
    def row(name, shape, theirs, ours, target, floor):
        ratio = theirs / ours if theirs and ours else None
        mark = "–" if target is None else "%g×" % target
        if target is not None and ratio is not None:
            mark += " ✓" if ratio >= target else " ✗"
        number = lambda x: "failed" if x is None else "%.3f" % x
        times = (number(theirs), number(ours), "–" if ratio is None else "%.1f×" % ratio)
        share = "–" if ours is None else "%.0f %%" % (100 * floor / ours)
        print("| %s | %s | %s | %s | %s | %s | %.3f | %s |" % ((name, shape) + times + (mark, floor, share)), flush=True)


class Speed:
    def __init__(self, library, inputs, quick, ceilings, record):
        self.native, self.inputs, self.quick = library, inputs, quick
        self.device, self.record = inputs.device, record
        self.clock = Clock(inputs.device)
        self.failures = 0
        if ceilings is None:
            ceilings = Ceilings.measure(self.clock, inputs.device, quick)
            record(kind="ceilings", **ceilings)
        self.ceilings = Ceilings(**ceilings)
        scale = 32 if quick else 1
        self.hidden, self.intermediate = HIDDEN // scale, INTERMEDIATE // scale
        self.sequences, self.length = (8, 64) if quick else (SEQUENCES, LENGTH)
        self.tokens = self.sequences * self.length
        h, i = self.hidden, self.intermediate
        self.linears = [(h, h)] * 4 + [(i, h)] * 2 + [(h, i)]  # q k v o, gate up, down

    def time(self, what, side, prepare_and_run):
        """The median, or None where it raises; the rest goes on."""
        try:
            return self.clock.median(*prepare_and_run)
        except (Failure, RuntimeError) as error:
            text = "%s: %s" % (type(error).__name__, str(error).strip().split("\n")[0])
            self.record(kind="row", what=what, side=side, raised=text)
            print("  %s, %s: %s" % (what, side, text), flush=True)
            self.failures += 1
            if self.native.is_lost():
                raise SystemExit("the device is lost to this process") from error
            return None

    def compare(self, name, shape, theirs, ours, target=None, floor=0.0, phase=None):
        """theirs and ours: (prepare, run)."""
        b, a = self.time(name, "ours", ours), self.time(name, "published", theirs)
        self.record(kind="row", what=name, shape=shape, published_ms=a, ours_ms=b, target=target, floor_ms=floor)
        Table.row(name, shape, a, b, target, floor)
        if phase:
            self.phase(phase, a, b)
        return a, b

    def phase(self, name, published_ms, ours_ms):
        if published_ms and ours_ms:
            self.record(kind="phase", what=name, published_ms=published_ms, ours_ms=ours_ms)

    def streaming(self, bytes_moved):
        return bytes_moved / self.ceilings.bytes_per_ms

    # ---- statistics of activations ----

    def norms(self, x):
        def theirs(_):
            norms = published.Norms(x.size(1), self.device)
            for s in range(self.sequences):
                norms.add_batch(x[s * self.length : (s + 1) * self.length])

        def ours(acc):
            for begin in range(0, self.tokens, BATCH * self.length):
                self.native.accumulate_squares(x[begin : begin + BATCH * self.length], acc)

        zeros = lambda: torch.zeros(x.size(1), dtype=F64, device=self.device)
        floor = self.streaming(2 * x.numel())
        shape = "%d×%d bf16" % tuple(x.shape)
        self.compare("activation norms", shape, (lambda: None, theirs), (zeros, ours), 8, floor)

    def norms_of_block(self, x, wide):
        def theirs(_):
            for inp in [x] * 6 + [wide]:
                norms = published.Norms(inp.size(1), self.device)
                for s in range(self.sequences):
                    norms.add_batch(inp[s * self.length : (s + 1) * self.length])

        def ours(_):
            for inp in [x] * 3 + [wide]:
                acc = torch.zeros(inp.size(1), dtype=F64, device=self.device)
                for begin in range(0, self.tokens, BATCH * self.length):
                    self.native.accumulate_squares(inp[begin : begin + BATCH * self.length], acc)

        nothing = lambda: None
        floor = self.streaming(2 * (3 * x.numel() + wide.numel()))
        self.compare("norms of a block", "7 linears, 4 inputs", (nothing, theirs), (nothing, ours), 8, floor, "norms")

    def hessians_of_block(self, x, wide):
        def theirs(_):
            for inp in [x] * 6 + [wide]:
                hessian = published.Hessian(inp.size(1), self.device)
                for s in range(self.sequences):
                    hessian.add_batch(inp[s * self.length : (s + 1) * self.length])

        def ours(_):
            for inp in [x] * 3 + [wide]:
                h = torch.zeros(inp.size(1), inp.size(1), device=self.device)
                for begin in range(0, self.tokens, BATCH * self.length):
                    part = inp[begin : begin + BATCH * self.length]
                    self.native.accumulate_hessian(part, 2 / self.sequences, h)

        nothing = lambda: None
        flops = self.tokens * (3 * self.hidden**2 + self.intermediate**2)  # one triangle
        floor = flops / self.ceilings.flops_per_ms[BF16]
        self.compare("Hessians of a block", "7 linears, 4 inputs", (nothing, theirs), (nothing, ours), 20, floor, "Hessians")

    # ---- factorisation and sweep ----

    def factors_of_block(self, h, wide):
        def theirs(_):
            for a in [h] * 6 + [wide]:
                published.inverse_factor(a.clone(), 0.01)

        def ours(_):
            for a in [h] * 3 + [wide]:
                dead = torch.empty(a.size(0), dtype=torch.uint8, device=self.device)
                self.native.inverse_factor(a.clone(), 0.01, F64, dead)

        nothing = lambda: None
        half = sum(n**3 / 3 for n in [self.hidden] * 3 + [self.intermediate])
        floor = half / self.ceilings.flops_per_ms[F64] + half / self.ceilings.flops_per_ms[F32]
        self.compare("inverse factors of a block", "7 linears, 4 inputs, f64", (nothing, theirs), (nothing, ours), 2, floor, "factors")

    def sweep(self, rows, u, prunen=0, prunem=0, target=None):
        cols = u.size(0)
        w = self.inputs.weights(rows, cols)
        loss = torch.empty(rows, 1, dtype=F64, device=self.device)

        def ours(a):
            if prunem:
                self.native.sweep_n_of_m(a, u, prunem - prunen, prunem, 128, loss)
            else:
                self.native.sweep(a, u, 0.7, 0, 128, loss)

        theirs = lambda a: published.sweep(a, u, 0.7, prunen, prunem)
        name = "SparseGPT sweep %s" % ("%d:%d" % (prunem - prunen, prunem) if prunem else "70 %")
        floor = rows * cols**2 / self.ceilings.flops_per_ms[F32]
        return self.compare(name, "%d×%d f32" % (rows, cols), (w.clone, theirs), (w.clone, ours), target, floor)

    def sweeps_of_block(self, u, wide):
        square = self.sweep(self.hidden, u, target=100)
        tall = self.sweep(self.intermediate, u, target=100)
        broad = self.sweep(self.hidden, wide)
        self.sweep(self.hidden, u, 2, 4, target=100)
        if all(square + tall + broad):
            self.phase("sweeps", *(4 * a + 2 * b + c for a, b, c in zip(square, tall, broad)))

    # ---- selection ----

    def block_of_weights(self):
        weights = [self.inputs.weights(r, c, BF16) for r, c in self.linears]
        scales = [self.inputs.scales(c) for _, c in self.linears]
        return weights, scales

    def selections_of_block(self):
        weights, scales = self.block_of_weights()
        copies = lambda: [w.clone() for w in weights]
        each = lambda run: lambda ws: [run(w, s) for w, s in zip(ws, scales)]
        size = sum(w.numel() for w in weights)
        there_and_back, read = self.streaming(4 * size), self.streaming(2 * size)
        shape = "block, bf16"
        library = self.native
        self.compare(
            "Wanda rows 70 %", shape,
            (copies, each(lambda w, s: published.wanda(w, s, 0.7))),
            (copies, each(lambda w, s: library.prune_rows(w, s, 0.7))), 15, there_and_back)  # fmt: skip
        self.compare(
            "magnitude 70 %", shape,
            (copies, each(lambda w, s: published.magnitude(w, 0.7))),
            (copies, each(lambda w, s: library.prune_matrix(w, 0.7))), 50, there_and_back)  # fmt: skip
        self.compare(
            "Wanda 2:4", shape,
            (copies, each(lambda w, s: published.n_of_m(w, s, 2, 4))),
            (copies, each(lambda w, s: library.prune_n_of_m(w, s, 2, 4))), 200, there_and_back)  # fmt: skip
        self.compare(
            "Wanda 4:8", shape,
            (copies, each(lambda w, s: published.n_of_m(w, s, 4, 8))),
            (copies, each(lambda w, s: library.prune_n_of_m(w, s, 4, 8))), None, there_and_back)  # fmt: skip
        ours = (lambda: weights, lambda ws: library.score_summary(ws, scales, 5.0))
        self.compare(
            "score mean (DLP as released)", shape,
            (lambda: weights, lambda ws: published.mean_score(ws, scales)), ours, 200, read, "scores")  # fmt: skip
        self.compare(
            "score median (DLP's paper)", shape,
            (lambda: weights, lambda ws: published.median_score(ws, scales)), ours, 200, read)  # fmt: skip
        self.compare(
            "count of zeros", shape,
            (lambda: weights, lambda ws: [(w == 0).sum().item() for w in ws]),
            (lambda: weights, lambda ws: [library.count_zeros(w) for w in ws]), None, read)  # fmt: skip

    # ---- the sum ----

    def forwards(self, hidden):
        block = Block(self.inputs, self.hidden, self.intermediate, BF16)
        hidden = hidden.view(self.sequences, self.length, self.hidden)

        def run(batch):
            for begin in range(0, self.sequences, batch):
                block.forward(hidden[begin : begin + batch])

        one = self.time("forward passes", "published", (lambda: None, lambda _: run(1)))
        several = self.time("forward passes", "ours", (lambda: None, lambda _: run(BATCH)))
        # Published: two passes for the ratios, two for pruning. Ours: one, and two.
        if one and several:
            self.phase("forward passes", 4 * one, 3 * several)


def hessians(speed):
    x = speed.inputs.activations(speed.tokens, speed.hidden)
    speed.hessians_of_block(x, speed.inputs.activations(speed.tokens, speed.intermediate))


def factors(speed):
    speed.factors_of_block(*(speed.inputs.hessian(n, False) for n in (speed.hidden, speed.intermediate)))


def sweeps(speed):
    factor = lambda n: published.inverse_factor(speed.inputs.hessian(n, False).double(), 0.01).float().contiguous()
    speed.sweeps_of_block(factor(speed.hidden), factor(speed.intermediate))


def norms(speed):
    x = speed.inputs.activations(speed.tokens, speed.hidden)
    speed.norms(x)
    speed.norms_of_block(x, speed.inputs.activations(speed.tokens, speed.intermediate))


def selections(speed):
    speed.selections_of_block()


def forwards(speed):
    speed.forwards(speed.inputs.activations(speed.tokens, speed.hidden))


PARTS = (hessians, factors, sweeps, norms, selections, forwards)


def run(part, library, inputs, quick, ceilings, record):
    """How many rows raised."""
    with torch.no_grad():
        speed = Speed(library, inputs, quick, ceilings, record)
        part(speed)
    return speed.failures


def print_sum(phases, sequences, length):
    """phases: {name: (published ms, ours ms)}."""
    print("\nOne block through DLP + SparseGPT, %d × %d tokens\n" % (sequences, length))
    print("| phase | published ms | ours ms | ratio |")
    print("|---|--:|--:|--:|")
    totals = [sum(times) for times in zip(*phases.values())]
    for name, (a, b) in list(phases.items()) + [("**all**", totals)]:
        print("| %s | %.1f | %.1f | %.1f× |" % (name, a, b, a / b))
    reached = totals[0] / totals[1] >= 12
    print("\nTarget for the whole: 12×, %s." % ("reached" if reached else "missed"))
