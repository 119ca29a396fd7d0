package dev.espalier.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

class SettingsDifferenceTest {
  private static ObjectNode settings() {
    ObjectNode settings = Json.object().put("sparsity", 0.5).put("compute_dtype", "float32");
    settings.putObject("method").put("name", "wanda").put("digest", "Wanda[]");
    settings.putObject("calibration").put("seed", 3L).put("digest", "a".repeat(64));
    return settings;
  }

  private static String difference(ObjectNode here) {
    return SettingsDifference.between(settings(), here).orElseThrow();
  }

  @Test
  void equalSettingsDoNotDiffer() {
    ObjectNode same = settings();
    same.withObject("/calibration").put("seed", 3);
    assertTrue(SettingsDifference.between(settings(), same).isEmpty());
  }

  @Test
  void everyOneIsNamedWithBothValues() {
    ObjectNode here = settings().put("sparsity", 0.7).put("compute_dtype", "bfloat16");
    here.withObject("/method").put("name", "magnitude").put("digest", "Magnitude[]");
    here.withObject("/calibration").put("seed", 4).put("digest", "b".repeat(64));
    assertEquals(
        "sparsity 0.5 there, 0.7 here; compute dtype float32 there, bfloat16 here;"
            + " method wanda there, magnitude here; calibration seed 3 there, 4 here",
        difference(here));
  }

  @Test
  void aDigestStandsForWhatElseDiffers() {
    ObjectNode here = settings();
    here.withObject("/method").put("digest", "Wanda[x]");
    here.withObject("/calibration").put("digest", "b".repeat(64));
    assertEquals("other method; another calibration", difference(here));
  }

  @Test
  void whatIsMissingOnOneSideIsNone() {
    ObjectNode here = settings().put("seed", 1);
    here.remove("calibration");
    here.putArray("texts").addObject().put("name", "a.txt").put("digest", "x");
    assertEquals(
        "seed none there, 1 here; texts none there, a.txt here; calibration 3 there, none here",
        difference(here));
  }
}
