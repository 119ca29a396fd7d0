/** What happened: the facts of a run as records, as JSON and as tables. */
package dev.espalier.report;
