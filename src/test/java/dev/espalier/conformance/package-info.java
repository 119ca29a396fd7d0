/**
 * What the families of models must compute, and what pruning must make of them, in plain Java and
 * float64: written from the text of resources/families, without the code under test.
 */
package dev.espalier.conformance;
