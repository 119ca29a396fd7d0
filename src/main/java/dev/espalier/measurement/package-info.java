/** What allocations need to know of the dense model, measured in one pass over it, and kept. */
package dev.espalier.measurement;
