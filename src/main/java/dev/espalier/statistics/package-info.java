/** What is gathered of the inputs of a block while windows run through it. */
package dev.espalier.statistics;
