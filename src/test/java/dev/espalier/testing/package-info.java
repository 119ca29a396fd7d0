/** What the tests of several packages share. */
package dev.espalier.testing;
