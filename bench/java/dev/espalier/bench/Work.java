package dev.espalier.bench;

/**
 * The least an operation can do.
 *
 * @param bytes to move to and from memory
 * @param flops in f32
 */
record Work(double bytes, double flops) {
  static Work bytes(double bytes) {
    return new Work(bytes, 0);
  }

  static Work flops(double flops) {
    return new Work(0, flops);
  }

  /** The time this takes at the speeds of the self-test. */
  double floorMillis(SpeedProbe.Speed speed) {
    return 1e3 * Math.max(bytes / speed.bytesPerSecond(), flops / speed.flopsPerSecond());
  }
}
