/**
 * Checkpoints on disk: safetensors files read without copying, Hugging Face model folders with one
 * or many shards, and the pruned copy of such a folder, written so that an interrupted run loses at
 * most the block in hand.
 *
 * <p>Everything read here is untrusted: a file or an index that breaks its format ends in one
 * {@link dev.espalier.BadInputException} that names the file and the tensor. The input folder is
 * never written to.
 */
package dev.espalier.checkpoint;
