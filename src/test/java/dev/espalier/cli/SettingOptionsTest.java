package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.BadInputException;
import dev.espalier.Setting;
import java.util.List;
import org.apache.commons.cli.Options;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Advice is given in the command's own options. */
class SettingOptionsTest {
  private static List<String> advised(Options options, Setting... advice) {
    return Failure.of(new BadInputException("no", advice), options).advice();
  }

  @ParameterizedTest
  @EnumSource
  void everySettingIsAnOptionOfSomeCommand(Setting setting) {
    assertTrue(
        Espalier.COMMANDS.stream()
            .anyMatch(command -> !advised(command.options(), setting).isEmpty()));
  }

  @Test
  void optionsComeInTheOrderOfTheAdvice() {
    assertEquals(
        List.of("--overwrite", "--output"),
        advised(new PruneCommand().options(), Setting.OVERWRITE, Setting.OUTPUT));
    assertEquals(
        "no (--overwrite, --output)",
        Failure.of(
                new BadInputException("no", Setting.OVERWRITE, Setting.OUTPUT),
                new PruneCommand().options())
            .sentence());
  }

  @Test
  void whatACommandCannotFollowIsLeftOut() {
    Options options = new Options().addOption(CommonOptions.value("output", "FILE", "where"));
    assertEquals(List.of("--output"), advised(options, Setting.OVERWRITE, Setting.OUTPUT));
    assertEquals(List.of(), advised(options, Setting.OVERWRITE));
    assertEquals(List.of(), advised(options));
  }
}
