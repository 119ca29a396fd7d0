"""A LLaMA decoder block with random weights: what a forward pass costs."""

import torch
import torch.nn.functional as F

HEAD = 128


def attention(q, k, v):
    """Causal; [batch, heads, length, size] all. The same for both sides of a comparison."""
    if hasattr(F, "scaled_dot_product_attention"):
        return F.scaled_dot_product_attention(q, k, v, is_causal=True)
    scores = q.matmul(k.transpose(2, 3)).float() / q.size(3) ** 0.5  # before PyTorch 2
    later = torch.ones(q.size(2), q.size(2), dtype=torch.bool, device=q.device).triu(1)
    return scores.masked_fill(later, float("-inf")).softmax(-1).to(v.dtype).matmul(v)


class Block:
    def __init__(self, inputs, hidden, intermediate, dtype):
        weight = lambda rows, cols: inputs.weights(rows, cols, dtype)
        self.q, self.k, self.v, self.o = [weight(hidden, hidden) for _ in range(4)]
        self.gate, self.up = weight(intermediate, hidden), weight(intermediate, hidden)
        self.down = weight(hidden, intermediate)
        self.norm = torch.ones(hidden, device=inputs.device, dtype=dtype)
        self.heads = max(1, hidden // HEAD)

    def forward(self, x):
        """[batch, length, hidden] to the same."""
        a = self._normalised(x)
        q, k, v = [self._heads(F.linear(a, w)) for w in (self.q, self.k, self.v)]
        q, k = self._rotated(q), self._rotated(k)
        a = attention(q, k, v)
        x = x + F.linear(a.transpose(1, 2).reshape(x.shape), self.o)
        a = self._normalised(x)
        return x + F.linear(F.silu(F.linear(a, self.gate)) * F.linear(a, self.up), self.down)

    def _normalised(self, x):
        wide = x.float()
        return self.norm * (wide * torch.rsqrt(wide.pow(2).mean(-1, True) + 1e-5)).to(x.dtype)

    def _heads(self, x):
        return x.view(x.size(0), x.size(1), self.heads, -1).transpose(1, 2)

    @staticmethod
    def _rotated(x):
        length, size = x.size(2), x.size(3)
        frequency = 10000 ** (-torch.arange(0, size, 2, device=x.device) / size)
        angle = torch.outer(torch.arange(length, device=x.device), frequency).repeat(1, 2)
        half = torch.cat((-x[..., size // 2 :], x[..., : size // 2]), -1)
        return x * angle.cos().to(x.dtype) + half * angle.sin().to(x.dtype)
