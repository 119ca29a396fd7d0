/**
 * The CPU and the CUDA devices: which there are, what is free on them, and how copies run beside
 * computing.
 */
package dev.espalier.device;
