#pragma once

#include "product.cuh"
#include "product_output.cuh"

namespace espalier::cuda {

/** Whether the current device is one that wgmma_product is compiled for. */
bool has_wgmma();

/**
 * product_of_slices for F16 and Bf16 on Hopper's own tensor instructions, for operands whose rows
 * start at multiples of 16 bytes.
 */
template <class T>
void wgmma_product(const ProductOutput<float>& to, View<const T> a, View<const T> b, Part part,
                   const Slices& slices, cudaStream_t stream);

}  // namespace espalier::cuda
