"""Times of the operations at LLaMA-2-7B's shapes beside the published ones and the floors."""

import statistics
import time

import torch

from gpu import published
from gpu.block import Block

SEQUENCES, LENGTH = 128, 2048
BATCH = 8  # sequences that ours takes at a time; the published code takes one
HIDDEN, INTERMEDIATE = 4096, 11008
F64, F32, BF16 = torch.float64, torch.float32, torch.bfloat16


class Clock:
    """Milliseconds of device work; the CPU's own time where there is no GPU."""

    def __init__(self, device):
        self.cuda = device == "cuda"

    def once(self, run):
        if not self.cuda:
            start = time.perf_counter()
            run()
            return 1000 * (time.perf_counter() - start)
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        torch.cuda.synchronize()
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
    """What the device can do, measured now."""

    def __init__(self, clock, device, quick):
        n = 1 << (20 if quick else 29)
        source = torch.randn(n, device=device).bfloat16()
        target = torch.empty_like(source)
        self.bytes_per_ms = 4 * n / clock.median(lambda: None, lambda _: target.copy_(source))
        m = 512 if quick else 8192
        self.flops_per_ms = {}
        for dtype in (F32, F64, BF16):
            a = torch.randn(m, m, device=device).to(dtype)
            ms = clock.median(lambda: None, lambda _: torch.mm(a, a))
            self.flops_per_ms[dtype] = 2 * m**3 / ms
        print(
            "Ceilings: copy %.2f TB/s; products f32 %.1f, f64 %.1f, bf16 %.0f TFLOP/s\n"
            % (
                self.bytes_per_ms / 1e9,
                self.flops_per_ms[F32] / 1e9,
                self.flops_per_ms[F64] / 1e9,
                self.flops_per_ms[BF16] / 1e9,
            )
        )


class Table:
    def __init__(self):
        print("| operation | shape | published ms | ours ms | ratio | target | floor ms | of floor |")
        print("|---|---|--:|--:|--:|--:|--:|--:|")

    def row(self, name, shape, theirs, ours, target, floor):
        mark = "–" if target is None else "%g× %s" % (target, "✓" if theirs / ours >= target else "✗")
        print(
            "| %s | %s | %.3f | %.3f | %.1f× | %s | %.3f | %.0f %% |"
            % (name, shape, theirs, ours, theirs / ours, mark, floor, 100 * floor / ours),
            flush=True,
        )


class Speed:
    def __init__(self, library, inputs, quick):
        self.library, self.inputs, self.quick = library, inputs, quick
        self.device = inputs.device
        self.clock = Clock(inputs.device)
        self.ceilings = Ceilings(self.clock, inputs.device, quick)
        self.table = Table()
        scale = 32 if quick else 1
        self.hidden, self.intermediate = HIDDEN // scale, INTERMEDIATE // scale
        self.sequences, self.length = (8, 64) if quick else (SEQUENCES, LENGTH)
        self.tokens = self.sequences * self.length
        h, i = self.hidden, self.intermediate
        self.linears = [(h, h)] * 4 + [(i, h)] * 2 + [(h, i)]  # q k v o, gate up, down
        self.phases = {}  # name: (published, ours)

    def compare(self, name, shape, theirs, ours, target=None, floor=0.0, phase=None):
        """theirs and ours: (prepare, run)."""
        a, b = self.clock.median(*theirs), self.clock.median(*ours)
        self.table.row(name, shape, a, b, target, floor)
        if phase:
            self.phases[phase] = (a, b)

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
                self.library.accumulate_squares(x[begin : begin + BATCH * self.length], acc)

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
                    self.library.accumulate_squares(inp[begin : begin + BATCH * self.length], acc)

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
                    self.library.accumulate_hessian(part, 2 / self.sequences, h)

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
                self.library.inverse_factor(a.clone(), 0.01, F64, dead)

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
                self.library.sweep_n_of_m(a, u, prunem - prunen, prunem, 128, loss)
            else:
                self.library.sweep(a, u, 0.7, 0, 128, loss)

        theirs = lambda a: published.sweep(a, u, 0.7, prunen, prunem)
        name = "SparseGPT sweep %s" % ("%d:%d" % (prunem - prunen, prunem) if prunem else "70 %")
        floor = rows * cols**2 / self.ceilings.flops_per_ms[F32]
        a, b = self.clock.median(w.clone, theirs), self.clock.median(w.clone, ours)
        self.table.row(name, "%d×%d f32" % (rows, cols), a, b, target, floor)
        return a, b

    def sweeps_of_block(self, u, wide):
        square = self.sweep(self.hidden, u, target=100)
        tall = self.sweep(self.intermediate, u, target=100)
        broad = self.sweep(self.hidden, wide)
        self.sweep(self.hidden, u, 2, 4, target=100)
        self.phases["sweeps"] = tuple(4 * a + 2 * b + c for a, b, c in zip(square, tall, broad))

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
        library = self.library
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

        one = self.clock.median(lambda: None, lambda _: run(1))
        several = self.clock.median(lambda: None, lambda _: run(BATCH))
        # Published: two passes for the ratios, two for pruning. Ours: one, and two.
        self.phases["forward passes"] = (4 * one, 3 * several)

    def sum(self):
        print("\nOne block through DLP + SparseGPT, %d × %d tokens\n" % (self.sequences, self.length))
        print("| phase | published ms | ours ms | ratio |")
        print("|---|--:|--:|--:|")
        totals = [sum(times) for times in zip(*self.phases.values())]
        for name, (a, b) in list(self.phases.items()) + [("**all**", totals)]:
            print("| %s | %.1f | %.1f | %.1f× |" % (name, a, b, a / b))
        reached = totals[0] / totals[1] >= 12
        print("\nTarget for the whole: 12×, %s." % ("reached" if reached else "missed"))


def run(library, inputs, quick):
    with torch.no_grad():
        speed = Speed(library, inputs, quick)
        x = inputs.activations(speed.tokens, speed.hidden)
        wide = inputs.activations(speed.tokens, speed.intermediate)
        speed.norms(x)
        speed.norms_of_block(x, wide)
        speed.hessians_of_block(x, wide)
        speed.forwards(x)
        del x, wide
        h, broad = inputs.hessian(speed.hidden, False), inputs.hessian(speed.intermediate, False)
        speed.factors_of_block(h, broad)
        factors = [published.inverse_factor(a.double(), 0.01).float().contiguous() for a in (h, broad)]
        del h, broad
        speed.selections_of_block()
        speed.sweeps_of_block(*factors)
        speed.sum()
