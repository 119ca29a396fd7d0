/** Reports as pages: one file each that needs nothing else, on a phone or a desktop. */
package dev.espalier.report.html;
