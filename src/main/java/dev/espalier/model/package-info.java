/**
 * A decoder language model as pruning sees it: an embedding, a row of blocks, a head.
 *
 * <p>{@link dev.espalier.model.family.ModelFamilies} reads {@code config.json} into a {@link
 * dev.espalier.model.description.DecoderDescription}, which is plain data, the one statement of
 * what a model is made of, and the only thing that differs between families. {@link
 * dev.espalier.model.DecoderModel} joins a description with the tensors of a {@link
 * dev.espalier.checkpoint.WeightSource}; its {@link dev.espalier.model.DecoderBlock}s are loaded
 * one at a time, run on hidden states, show what each {@link dev.espalier.model.layer.Linear} reads
 * to an {@link dev.espalier.model.layer.InputObserver}, and hand out their weights to be pruned in
 * place.
 *
 * <p><b>Native memory.</b> The garbage collector does not see it, so there are two rules. A tensor
 * returned by a computation ({@code embed}, {@code forward}, {@code logits}, {@code apply}) is like
 * the result of any libtorch call: it belongs to the caller's innermost {@code PointerScope}, or
 * without one to the caller, who closes it; closing it early inside a scope is fine too. A tensor
 * held by an object (a weight) lives until that object is closed, whatever scopes come and go.
 *
 * <p>Nothing here is thread-safe.
 */
package dev.espalier.model;
