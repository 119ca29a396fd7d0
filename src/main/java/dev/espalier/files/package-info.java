/** Files that survive a crash, JSON that has one meaning, and how faults of files are told. */
package dev.espalier.files;
