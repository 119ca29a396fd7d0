/** Our kernels against the published op sequences: the harness, and one case class an operation. */
package dev.espalier.bench;
