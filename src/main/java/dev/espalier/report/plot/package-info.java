/** The plots of reports, and how they become SVG. */
package dev.espalier.report.plot;
