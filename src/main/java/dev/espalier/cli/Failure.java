package dev.espalier.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.EspalierException;
import dev.espalier.NativeException;
import dev.espalier.NumericalException;
import dev.espalier.StorageException;
import dev.espalier.report.ReportJson;
import java.util.List;
import org.apache.commons.cli.Options;

/**
 * Why a run failed, as people and programs are told it.
 *
 * @param exitCode what the process returns
 * @param fault which family of faults it belongs to
 * @param message a sentence without the options that it advises
 * @param advice those options
 */
record Failure(int exitCode, String fault, String message, List<String> advice) {
  /**
   * @param options those of the command
   */
  static Failure of(Throwable thrown, Options options) {
    String fault = fault(thrown);
    boolean mendable = thrown instanceof EspalierException && !(thrown instanceof NativeException);
    return new Failure(
        mendable ? ExitCode.BAD_INPUT : ExitCode.FAILURE,
        fault,
        firstLine(thrown),
        thrown instanceof EspalierException e ? SettingOptions.names(e, options) : List.of());
  }

  private static String fault(Throwable thrown) {
    if (thrown instanceof BadInputException) {
      return "input";
    }
    if (thrown instanceof StorageException) {
      return "storage";
    }
    if (thrown instanceof NumericalException) {
      return "numerical";
    }
    return thrown instanceof NativeException ? "native" : "internal";
  }

  /** libtorch puts a native stack below its first line. */
  private static String firstLine(Throwable thrown) {
    String message = thrown.getMessage();
    return message == null ? thrown.toString() : message.lines().findFirst().orElse("");
  }

  /** With the options, such as {@code … (--overwrite, --output)}. */
  String sentence() {
    return advice.isEmpty() ? message : "%s (%s)".formatted(message, String.join(", ", advice));
  }

  ObjectNode document() {
    return ReportJson.error(exitCode, fault, message, advice);
  }
}
