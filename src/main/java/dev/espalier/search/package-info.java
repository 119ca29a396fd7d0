/** Allocations compete: candidates are tried, and the best is found. */
package dev.espalier.search;
