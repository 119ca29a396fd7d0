package dev.espalier.model.family;

/**
 * Where a family's config.json has the rotary numbers outside of {@code rope_scaling} and {@code
 * rope_parameters}, and what they are where it has not.
 *
 * @param theta the key of the base
 * @param share the key of the part of a head that is rotated
 * @param partial whether that part may be less than the whole
 */
record RotaryKeys(
    String theta, double usualTheta, String share, double usualShare, boolean partial) {
  static final String THETA = "rope_theta";
  static final String SHARE = "partial_rotary_factor";

  /** Whole heads. */
  static RotaryKeys whole(double usualTheta) {
    return new RotaryKeys(THETA, usualTheta, SHARE, 1, false);
  }
}
