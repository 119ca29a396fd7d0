/** What a run has at hand: model, texts and settings opened once; clock, notes and warnings. */
package dev.espalier.run;
