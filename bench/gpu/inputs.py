"""Fresh random inputs like those of language models."""

import os
import re

import torch

LINEARS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "linears.inc")


class Inputs:
    def __init__(self, device, seed, quick):
        self.device = device
        self.quick = quick
        self.random = torch.Generator(device=device)
        self.random.manual_seed(seed)

    def shapes(self, shapes):
        """Those of the shapes that are wanted: the small ones where it must be quick."""
        return [s for s in shapes if s[0] * s[1] <= 70000 or not self.quick]

    def linears(self, of_each_width=False):
        """(what, rows, cols) of every linear of the models in linears.inc, one of each shape or width."""
        seen = set()
        for model, names, rows, cols in re.findall(r'LINEAR\("(.*?)", "(.*?)", (\d+), (\d+)\)', open(LINEARS).read()):
            rows, cols = int(rows), int(cols)
            key = cols if of_each_width else (rows, cols)
            if key in seen or (self.quick and max(rows, cols) > 1024):
                continue
            seen.add(key)
            yield "%s %s %dx%d" % (model, names, rows, cols), rows, cols

    def normal(self, *shape):
        return torch.randn(*shape, generator=self.random, device=self.device)

    def weights(self, rows, cols, dtype=torch.float32):
        """Rounded to bf16, so that there are ties."""
        return (0.02 * self.normal(rows, cols)).bfloat16().to(dtype)

    def scales(self, cols):
        s = torch.exp(0.5 * self.normal(cols))
        s[:: max(1, cols // 6)] *= 60
        return s

    def activations(self, tokens, cols, dtype=torch.bfloat16):
        """Six channels 30 to 100 times the others, correlated, two always zero."""
        x = torch.empty(tokens, cols, device=self.device, dtype=dtype)
        spectrum = 0.1 + torch.arange(1, cols + 1, device=self.device).remainder(97).rsqrt()
        spectrum[spectrum.isinf()] = 0.1
        for k in range(min(6, cols // 32)):
            spectrum[(17 + 31 * k) % cols] *= 30 + 14 * k
        if cols > 8:
            spectrum[[3 % cols, cols - 2]] = 0
        for begin in range(0, tokens, 8192):
            part = x[begin : begin + 8192]
            common = self.normal(part.size(0), 1)
            part.copy_(spectrum * (self.normal(*part.shape) + 0.5 * common))
        return x

    def hessian(self, cols, dead=True):
        h = torch.zeros(cols, cols, dtype=torch.float64, device=self.device)
        tokens = 2 * cols + 64
        for begin in range(0, tokens, 4096):
            x = self.activations(min(4096, tokens - begin), cols, torch.float32)
            if not dead:
                x += 0.01 * self.normal(*x.shape)
            x = x.double()
            h += x.t() @ x * (2 / 128)
        return h.float()

    def strided(self, tensor, gap):
        """The same values in a view whose rows are `gap` elements further apart, between poison."""
        wide = torch.full(
            (tensor.size(0), tensor.size(1) + gap), float("nan"), device=self.device
        ).to(tensor.dtype)
        wide[:, : tensor.size(1)] = tensor
        return wide[:, : tensor.size(1)]
