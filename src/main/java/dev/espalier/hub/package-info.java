/**
 * Models and data sets by their names on the Hugging Face Hub.
 *
 * <p>A {@link dev.espalier.hub.Hub} gives what a name stands for as files on this machine: from the
 * cache that Python's {@code huggingface_hub} uses, too, or downloaded into it.
 */
package dev.espalier.hub;
