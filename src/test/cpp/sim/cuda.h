#pragma once

/** The driver's header, as far as the library goes: contexts, and the functions that
    cudaGetDriverEntryPointByVersion gives. */

struct CUctx_st;
using CUcontext = CUctx_st*;
using CUdevice = int;
enum CUresult { CUDA_SUCCESS = 0 };
