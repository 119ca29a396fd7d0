"""libespalier.so on torch tensors, by ctypes."""

import ctypes

import torch

ABI_VERSION = 1
EXACT, PUBLISHED = 0, 1
_DTYPES = {torch.float32: 0, torch.float16: 1, torch.bfloat16: 2, torch.float64: 3, torch.uint8: 4}


class Matrix(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p),
        ("rows", ctypes.c_int64),
        ("cols", ctypes.c_int64),
        ("row_stride", ctypes.c_int64),
        ("dtype", ctypes.c_int),
        ("device", ctypes.c_int32),
    ]


class Summary(ctypes.Structure):
    _fields_ = [
        ("struct_size", ctypes.c_size_t),
        ("count", ctypes.c_int64),
        ("outliers", ctypes.c_int64),
    ] + [(name, ctypes.c_double) for name in ("sum", "mean", "median", "standard_deviation", "max")]


class Result(ctypes.c_int64):
    """An integer that the library writes."""


class Failure(Exception):
    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


def view(tensor):
    if tensor.dim() == 1:
        tensor = tensor.unsqueeze(0)
    assert tensor.dim() == 2 and (tensor.size(1) == 1 or tensor.stride(1) == 1)
    stride = tensor.stride(0) if tensor.size(0) > 1 else tensor.size(1)
    device = tensor.device.index or 0 if tensor.is_cuda else -1
    return Matrix(
        tensor.data_ptr(), tensor.size(0), tensor.size(1), stride, _DTYPES[tensor.dtype], device
    )


def _array(tensors):
    return (Matrix * len(tensors))(*[view(t) for t in tensors])


class Library:
    """One method an operation; torch allocates the workspace. Work is queued on the current stream.

    While `checked`, workspaces are poisoned and each call is waited for, so that what a kernel does wrong is
    reported at its own call.
    """

    def __init__(self, path):
        self.checked = False
        self._c = ctypes.CDLL(path)
        self._c.esp_last_error.restype = ctypes.c_char_p
        self._c.esp_version.restype = ctypes.c_char_p
        if self._c.esp_abi_version() != ABI_VERSION:
            raise OSError(
                "%s has ABI version %d, this program needs %d"
                % (path, self._c.esp_abi_version(), ABI_VERSION)
            )

    def version(self):
        return self._c.esp_version().decode()

    def require_cuda(self):
        """Raises with the reason if the library sees no CUDA device."""
        self._check(self._c.esp_check_cuda())

    @staticmethod
    def is_lost():
        """Whether CUDA works no more in this process: some errors stay."""
        if not torch.cuda.is_initialized():
            return False
        try:
            torch.cuda.synchronize()
            return False
        except RuntimeError:
            return True

    def accumulate_squares(self, x, acc):
        x, acc_view = view(x), view(acc)
        self._call("accumulate_squares", acc, (x,), [x, acc_view])

    def accumulate_hessian(self, x, alpha, h):
        x, h_view = view(x), view(h)
        arguments = [x, ctypes.c_double(alpha), h_view]
        self._call("accumulate_hessian", h, (x,), arguments)

    def inverse_factor(self, h, damping, precision, dead):
        h_view, failed = view(h), Result(-1)
        kind = ctypes.c_int(_DTYPES[precision])
        arguments = [h_view, ctypes.c_double(damping), kind, view(dead), failed]
        self._call("inverse_factor", h, (h_view, kind), arguments)

    def sweep(self, w, u, sparsity, rounding, block, loss):
        w_view, block = view(w), ctypes.c_int64(block)
        arguments = [w_view, view(u), ctypes.c_double(sparsity), ctypes.c_int(rounding), block]
        self._call("sparsegpt_sweep", w, (w_view, block), arguments + [view(loss)])

    def sweep_n_of_m(self, w, u, keep, group, block, loss):
        w_view, block = view(w), ctypes.c_int64(block)
        pattern = [ctypes.c_int64(keep), ctypes.c_int64(group)]
        arguments = [w_view, view(u)] + pattern + [block, view(loss)]
        self._call("sparsegpt_sweep_n_of_m", w, (w_view, block), arguments, "sparsegpt_sweep")

    def prune_rows(self, w, s, sparsity, rounding=EXACT):
        w_view = view(w)
        arguments = [w_view, view(s) if s is not None else None]
        arguments += [ctypes.c_double(sparsity), ctypes.c_int(rounding)]
        self._call("prune_rows_smallest", w, (w_view,), arguments)

    def prune_matrix(self, w, sparsity, rounding=EXACT):
        w_view = view(w)
        arguments = [w_view, ctypes.c_double(sparsity), ctypes.c_int(rounding)]
        self._call("prune_matrix_smallest", w, (w_view,), arguments)

    def prune_n_of_m(self, w, s, keep, group):
        scale = view(s) if s is not None else None
        arguments = [view(w), scale, ctypes.c_int64(keep), ctypes.c_int64(group)]
        self._check(self._c.esp_prune_n_of_m(*self._references(arguments), self._stream(w)), w)

    def score_summary(self, weights, scales, multiple):
        result, views = Summary(ctypes.sizeof(Summary)), _array(weights)
        count = ctypes.c_int32(len(weights))
        arguments = [views, _array(scales), count, ctypes.c_double(multiple), result]
        self._call("score_summary", weights[0], (views, count), arguments)
        return result

    def count_zeros(self, w):
        w_view, zeros = view(w), Result(-1)
        self._call("count_zeros", w, (w_view,), [w_view, zeros])
        return zeros.value

    def _call(self, op, on, sized_by, arguments, sizes=None):
        size = getattr(self._c, "esp_%s_workspace_bytes" % (sizes or op))
        size.restype = ctypes.c_size_t
        bytes_needed = size(*self._references(sized_by))
        workspace = torch.empty(bytes_needed + 64, dtype=torch.uint8, device=on.device)
        if self.checked:
            workspace.fill_(255)  # NaN in every dtype: nothing may depend on it
        pointer = (workspace.data_ptr() + 63) // 64 * 64
        function = getattr(self._c, "esp_" + op)
        tail = (ctypes.c_void_p(pointer), ctypes.c_size_t(bytes_needed), self._stream(on))
        self._check(function(*self._references(arguments), *tail), on)

    @staticmethod
    def _references(arguments):
        by_reference = (Matrix, Summary, Result)
        return [ctypes.byref(a) if isinstance(a, by_reference) else a for a in arguments]

    @staticmethod
    def _stream(tensor):
        if not tensor.is_cuda:
            return None
        return ctypes.c_void_p(torch.cuda.current_stream(tensor.device).cuda_stream)

    def _check(self, status, on=None):
        if status != 0:
            raise Failure(status, self._c.esp_last_error().decode())
        if self.checked and on is not None and on.is_cuda:
            torch.cuda.synchronize(on.device)
