package dev.espalier.run;

import dev.espalier.BadInputException;
import dev.espalier.Setting;
import dev.espalier.report.PruneReport;
import dev.espalier.text.DataSet;
import dev.espalier.text.TextMix;
import dev.espalier.text.TokenWindows;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * The text that is run through the model.
 *
 * @param text one text, or several with their shares
 * @param samples windows drawn from it
 * @param seqLen tokens per window; absent for the usual 2048 or the model's maximum
 * @param seed of the published sampling
 */
public record CalibrationSettings(TextMix text, int samples, OptionalInt seqLen, long seed) {
  /** As published. */
  public static final Path USUAL_TEXT = Path.of(DataSet.C4.keyword());

  /** As published. */
  public static final int USUAL_SAMPLES = 128;

  /** Tokens per window where the model's context has as many. */
  public static final int USUAL_SEQ_LEN = 2048;

  /** As published. */
  public static final long USUAL_SEED = 0;

  public CalibrationSettings {
    if (samples < 1) {
      throw new BadInputException(
          "the number of samples is " + samples + "; at least 1 is needed", Setting.SAMPLES);
    }
    if (seqLen.isPresent() && seqLen.getAsInt() < 2) {
      throw new BadInputException(
          "the sequence length is " + seqLen.getAsInt() + "; at least 2 is needed",
          Setting.SEQ_LEN);
    }
  }

  /** For reports, with the windows that were drawn. */
  public PruneReport.Calibration report(TokenWindows windows) {
    return new PruneReport.Calibration(
        text.toString(), windows.count(), windows.seqLen(), seed, windows.digest());
  }
}
