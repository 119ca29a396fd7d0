/**
 * The command line: options become a request, a job runs it, its report is printed. The only
 * package that prints or ends the process.
 */
package dev.espalier.cli;
