package dev.espalier.pruning;

import dev.espalier.BadInputException;
import dev.espalier.Setting;
import dev.espalier.model.DecoderModel;
import dev.espalier.model.description.LinearDescription;

/** Whether every linear of a model can have a pattern. */
public final class PatternCheck {
  private PatternCheck() {}

  /**
   * @throws BadInputException naming a linear whose columns the pattern's groups do not divide
   */
  public static void require(SparsityPattern pattern, DecoderModel model) {
    int group = pattern.group();
    for (int block = 0; block < model.blockCount(); block++) {
      for (LinearDescription linear : model.description().linears(block)) {
        if (linear.inFeatures() % group != 0) {
          throw new BadInputException(
              "%s has %d columns, which groups of %d do not divide; choose another pattern"
                  .formatted(linear.name(), linear.inFeatures(), group),
              Setting.PATTERN);
        }
      }
    }
  }
}
