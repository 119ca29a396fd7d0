package dev.espalier.cli;

import dev.espalier.EspalierException;
import dev.espalier.Setting;
import java.util.List;
import org.apache.commons.cli.Options;

/** The options that set what faults advise to set otherwise. */
final class SettingOptions {
  private SettingOptions() {}

  /**
   * The options of what a fault advises to set otherwise, such as {@code --overwrite}.
   *
   * @param options of the command; an advice that it cannot follow is left out
   */
  static List<String> names(EspalierException fault, Options options) {
    return fault.settings().stream()
        .map(SettingOptions::name)
        .filter(options::hasLongOption)
        .map(name -> "--" + name)
        .toList();
  }

  private static String name(Setting setting) {
    return switch (setting) {
      case OUTPUT -> "output";
      case OVERWRITE -> "overwrite";
      case CALIBRATION -> "calibration";
      case SAMPLES -> "samples";
      case SEQ_LEN -> "seq-len";
      case EVALUATION -> "evaluate";
      case TEXT_FIELD -> "text-field";
      case SPARSITY -> "sparsity";
      case PATTERN -> "pattern";
      case METHOD -> "method";
      case ALLOCATION -> "allocation";
      case TRIALS -> "auto-trials";
      case WINDOWS -> "windows";
      case STATISTICS -> "statistics";
      case DEVICE -> "device";
      case COMPUTE_DTYPE -> "compute-dtype";
      case THREADS -> "threads";
      case WORK_DIR -> "work-dir";
    };
  }
}
