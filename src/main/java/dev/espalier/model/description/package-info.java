/**
 * A decoder as data: {@link dev.espalier.model.description.DecoderDescription} says what its blocks
 * are made of, in which order they run, and what their tensors are called. Plain records that know
 * neither libtorch nor files.
 *
 * <p>A new kind of operation is a record that implements {@link
 * dev.espalier.model.description.OperationDescription}, and a layer in {@link
 * dev.espalier.model.layer} that runs it; everything else follows from what the record states.
 */
package dev.espalier.model.description;
