package dev.espalier.report.plot;

import java.awt.BasicStroke;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import org.knowm.xchart.style.markers.Marker;

/** A ring that leaves room for another mark inside. */
final class RingMarker extends Marker {
  private static final double TIMES = 2.2;

  @Override
  public void paint(Graphics2D graphics, double x, double y, int markerSize) {
    double size = TIMES * markerSize;
    graphics.setStroke(new BasicStroke(2.5f));
    graphics.draw(new Ellipse2D.Double(x - size / 2, y - size / 2, size, size));
  }
}
