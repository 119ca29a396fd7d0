/**
 * Windows through blocks: the hidden states between two blocks, where they stay, and what that
 * takes.
 */
package dev.espalier.forward;
