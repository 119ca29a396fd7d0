"""The published code's own operations, transcribed from the released repositories.

Wanda lib/{layerwrapper,prune}.py, SparseGPT sparsegpt.py, DLP and OWL lib/prune.py: what the kernels
are compared with and timed against, as slow as it is written there.
"""

import math

import torch


class Norms:
    """WrappedGPT.add_batch."""

    def __init__(self, features, device):
        self.scaler_row = torch.zeros(features, device=device)
        self.seen = 0

    def add_batch(self, inp):
        inp = inp.t()
        self.scaler_row *= self.seen / (self.seen + 1)
        self.seen += 1
        inp = inp.type(torch.float32)
        self.scaler_row += torch.norm(inp, p=2, dim=1) ** 2 / self.seen


class Hessian:
    """SparseGPT.add_batch."""

    def __init__(self, features, device, dtype=torch.float32):
        self.h = torch.zeros((features, features), device=device, dtype=dtype)
        self.seen = 0

    def add_batch(self, inp):
        inp = inp.t()
        self.h *= self.seen / (self.seen + 1)
        self.seen += 1
        inp = math.sqrt(2 / self.seen) * inp.to(self.h.dtype)
        self.h += inp.matmul(inp.t())


def inverse_factor(h, damping):
    """SparseGPT.fasterprune up to Hinv; h is overwritten."""
    dead = torch.diag(h) == 0
    h[dead, dead] = 1
    damp = damping * torch.mean(torch.diag(h))
    diag = torch.arange(h.shape[0], device=h.device)
    h[diag, diag] += damp
    h = torch.linalg.cholesky(h)
    h = torch.cholesky_inverse(h)
    return torch.linalg.cholesky(h, upper=True)


def sweep(w, hinv, sparsity, prunen=0, prunem=0, blocksize=128):
    """SparseGPT.fasterprune after Hinv, in the dtype of w; returns each row's loss."""
    columns = w.shape[1]
    losses = torch.zeros(w.shape[0], device=w.device, dtype=w.dtype)
    for i1 in range(0, columns, blocksize):
        i2 = min(i1 + blocksize, columns)
        w1 = w[:, i1:i2].clone()
        q1 = torch.zeros_like(w1)
        err1 = torch.zeros_like(w1)
        losses1 = torch.zeros_like(w1)
        hinv1 = hinv[i1:i2, i1:i2]
        if prunen == 0:
            tmp = w1**2 / (torch.diag(hinv1).reshape((1, -1))) ** 2
            thresh = torch.sort(tmp.flatten())[0][int(tmp.numel() * sparsity)]
            mask1 = tmp <= thresh
        else:
            mask1 = torch.zeros_like(w1) == 1
        for i in range(i2 - i1):
            column = w1[:, i]
            d = hinv1[i, i]
            if prunen != 0 and i % prunem == 0:
                tmp = (
                    w1[:, i : (i + prunem)] ** 2
                    / (torch.diag(hinv1)[i : (i + prunem)].reshape((1, -1))) ** 2
                )
                mask1.scatter_(1, i + torch.topk(tmp, prunen, dim=1, largest=False)[1], True)
            q = column.clone()
            q[mask1[:, i]] = 0
            q1[:, i] = q
            losses1[:, i] = (column - q) ** 2 / d**2
            err = (column - q) / d
            w1[:, i:] -= err.unsqueeze(1).matmul(hinv1[i, i:].unsqueeze(0))
            err1[:, i] = err
        w[:, i1:i2] = q1
        losses += torch.sum(losses1, 1) / 2
        w[:, i2:] -= err1.matmul(hinv[i1:i2, i2:])
    return losses


def score(w, norms):
    return torch.abs(w) * norms.reshape((1, -1))


def wanda(w, norms, sparsity):
    metric = score(w, norms)
    mask = torch.zeros_like(metric) == 1
    indices = torch.sort(metric, dim=-1, stable=True)[1][:, : int(metric.shape[1] * sparsity)]
    mask.scatter_(1, indices, True)
    w[mask] = 0


def n_of_m(w, norms, prunen, prunem):
    metric = torch.abs(w) if norms is None else score(w, norms)
    mask = torch.zeros_like(w) == 1
    for ii in range(metric.shape[1]):
        if ii % prunem == 0:
            tmp = metric[:, ii : (ii + prunem)].float()
            mask.scatter_(1, ii + torch.topk(tmp, prunen, dim=1, largest=False)[1], True)
    w[mask] = 0


def magnitude(w, sparsity):
    metric = torch.abs(w)
    thresh = torch.sort(metric.flatten())[0][int(w.numel() * sparsity)]
    w[metric <= thresh] = 0


def block_scores(weights, norms):
    """DLP's and OWL's scores of a block: all linears in one vector, on the CPU."""
    return torch.cat([score(w, s).flatten().cpu() for w, s in zip(weights, norms)])


def mean_score(weights, norms):
    return torch.mean(block_scores(weights, norms)).item()


def median_score(weights, norms):
    return torch.median(block_scores(weights, norms)).item()
