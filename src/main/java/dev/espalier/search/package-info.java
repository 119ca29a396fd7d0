/** Searches for the best allocation: candidates are tried. */
package dev.espalier.search;
