/**
 * Whole tasks, from an immutable request to a report: what a subcommand does, as a library call.
 * Nothing here prints; a {@link dev.espalier.Progress} hears how it goes.
 */
package dev.espalier.job;
