"""Fresh random inputs like those of language models."""

import torch


class Inputs:
    def __init__(self, device, seed, quick):
        self.device = device
        self.quick = quick
        self.random = torch.Generator(device=device)
        self.random.manual_seed(seed)

    def shapes(self, shapes):
        """Those of the shapes that are wanted: the small ones where it must be quick."""
        return [s for s in shapes if s[0] * s[1] <= 70000 or not self.quick]

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
        x = self.activations(2 * cols + 64, cols, torch.float32)
        if not dead:
            x += 0.01 * self.normal(*x.shape)
        return (x.t().double() @ x.double() * (2 / 128)).float()

    def strided(self, tensor, gap):
        """The same values in a view whose rows are `gap` elements further apart, between poison."""
        wide = torch.full(
            (tensor.size(0), tensor.size(1) + gap), float("nan"), device=self.device
        ).to(tensor.dtype)
        wide[:, : tensor.size(1)] = tensor
        return wide[:, : tensor.size(1)]
