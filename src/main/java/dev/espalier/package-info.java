/**
 * Words that all rooms share: faults, progress, and how numbers, names and choices are said.
 *
 * <p>Every package below this one is a room; a room knows only those below it. Whole tasks are in
 * {@link dev.espalier.job}, our kernels on libtorch's tensors in {@link dev.espalier.kernels}.
 */
package dev.espalier;
