/** A decoder as data: what its blocks are made of, and what their tensors are called. */
package dev.espalier.model.description;
