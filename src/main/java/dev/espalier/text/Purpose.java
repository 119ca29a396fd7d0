package dev.espalier.text;

import dev.espalier.Setting;

/** What a text is read for: data sets have a part for each. */
enum Purpose {
  CALIBRATION(Setting.CALIBRATION, ".*train.*"),
  EVALUATION(Setting.EVALUATION, ".*(test|valid|\\bval\\b|\\bdev\\b).*");

  private final Setting setting;
  private final String split;

  Purpose(Setting setting, String split) {
    this.setting = setting;
    this.split = split;
  }

  /** What names the text. */
  Setting setting() {
    return setting;
  }

  /** Whether a file is, by its name, of the part for it. */
  boolean isOf(String file) {
    return file.matches(split);
  }
}
