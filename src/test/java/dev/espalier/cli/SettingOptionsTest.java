package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.BadInputException;
import dev.espalier.Setting;
import org.apache.commons.cli.Options;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Advice is given in the command's own options. */
class SettingOptionsTest {
  private static String advised(Options options, Setting... advice) {
    return SettingOptions.advised(new BadInputException("no", advice), options);
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
        " (--overwrite, --output)",
        advised(new PruneCommand().options(), Setting.OVERWRITE, Setting.OUTPUT));
  }

  @Test
  void whatACommandCannotFollowIsLeftOut() {
    Options options = new Options().addOption(CommonOptions.value("output", "FILE", "where"));
    assertEquals(" (--output)", advised(options, Setting.OVERWRITE, Setting.OUTPUT));
    assertEquals("", advised(options, Setting.OVERWRITE));
    assertEquals("", advised(options));
  }
}
