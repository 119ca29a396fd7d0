/**
 * The native kernels, on libtorch tensors. This is the only package that touches our native library
 * and raw addresses; every operation runs where its tensors live.
 */
package dev.espalier.kernels;
