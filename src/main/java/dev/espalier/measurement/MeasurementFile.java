package dev.espalier.measurement;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.Setting;
import dev.espalier.StorageException;
import dev.espalier.files.DurableFiles;
import dev.espalier.files.FirstBytes;
import dev.espalier.files.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/**
 * What was measured of a dense model, kept in a JSON file for the next run. The file says what it
 * was measured on; measurements of anything else are never taken from it.
 */
public final class MeasurementFile {
  private static final String KEY = "measured_on";
  private static final String VALUES = "measurements";

  private static final Map<String, String> SPOKEN =
      Map.of(
          "version", "version of Espalier",
          "samples", "number of samples",
          "seq_len", "sequence length",
          "windows", "choice of windows",
          "compute_dtype", "compute dtype");

  private final Path file;
  private final ObjectNode key;
  private final MeasuredModel shapes;

  /**
   * @param key all that the numbers depend on: version, checkpoint, windows, dtype
   * @param shapes of the model that is measured
   * @throws BadInputException if it cannot be written; measuring can take hours
   */
  public MeasurementFile(Path file, ObjectNode key, MeasuredModel shapes) {
    this.file = file;
    this.key = key;
    this.shapes = shapes;
    Path folder = file.toAbsolutePath().getParent();
    if (Files.isDirectory(file) || !Files.isDirectory(folder) || !Files.isWritable(folder)) {
      throw new BadInputException(
          "the statistics cannot be written to %s: %s"
              .formatted(
                  file,
                  Files.isDirectory(file)
                      ? "that is a folder; name a file"
                      : folder + " is no folder that can be written to; create it or name another"),
          Setting.STATISTICS);
    }
  }

  /**
   * Those of the wanted measurements that the file has; none if there is no file yet.
   *
   * @throws BadInputException if the file is another model's or text's, or damaged
   */
  public Map<Measurement, double[]> read(Set<Measurement> wanted) {
    Map<Measurement, double[]> known = new HashMap<>();
    JsonNode values = document().path(VALUES);
    for (Measurement measurement : wanted) {
      if (values.has(measurement.key())) {
        known.put(measurement, numbers(measurement, values.get(measurement.key())));
      }
    }
    return known;
  }

  private double[] numbers(Measurement measurement, JsonNode values) {
    double[] numbers = new double[shapes.parameters(measurement.granularity()).length];
    boolean complete = values.isArray() && values.size() == numbers.length;
    for (int i = 0; complete && i < numbers.length; i++) {
      numbers[i] = values.get(i).asDouble();
      complete = values.get(i).isNumber() && Double.isFinite(numbers[i]);
    }
    if (!complete) {
      throw new BadInputException(
          "%s is damaged: %s should be %d numbers; remove it to measure again"
              .formatted(file, measurement.key(), numbers.length));
    }
    return numbers;
  }

  /** Adds measurements to those in the file. */
  public void add(Map<Measurement, double[]> measured) {
    ObjectNode document = document();
    document.set(KEY, key);
    ObjectNode values = document.withObject("/" + VALUES);
    measured.forEach(
        (measurement, numbers) -> {
          ArrayNode array = values.putArray(measurement.key());
          for (double number : numbers) {
            array.add(number);
          }
        });
    DurableFiles.save(file, Json.pretty(document).getBytes(StandardCharsets.UTF_8));
  }

  private ObjectNode document() {
    if (!Files.exists(file)) {
      return Json.object();
    }
    try {
      FirstBytes.requireJson(file);
      JsonNode document = Json.read(file);
      if (document instanceof ObjectNode object && object.path(KEY) instanceof ObjectNode found) {
        requireOurs(found);
        return object;
      }
      throw new BadInputException(
          file + " holds no statistics of a model; name another file or remove it",
          Setting.STATISTICS);
    } catch (JsonProcessingException e) {
      throw new BadInputException(file + " is not valid JSON; remove it to measure again", e);
    } catch (IOException e) {
      throw new StorageException("cannot read the statistics " + file, e);
    }
  }

  private void requireOurs(ObjectNode found) {
    for (Iterator<String> names = key.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!key.get(name).asText().equals(found.path(name).asText())) {
        throw new BadInputException(
            "%s was measured with another %s (%s, not %s); name another file or remove it"
                .formatted(
                    file,
                    SPOKEN.getOrDefault(name, name),
                    found.path(name).asText("none"),
                    key.get(name).asText()),
            Setting.STATISTICS);
      }
    }
  }
}
