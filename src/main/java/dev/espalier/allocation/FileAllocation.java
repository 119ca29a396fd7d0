package dev.espalier.allocation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.BadInputException;
import dev.espalier.Plural;
import dev.espalier.files.FirstBytes;
import dev.espalier.files.Json;
import dev.espalier.measurement.Granularity;
import dev.espalier.measurement.MeasuredModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Densities somebody else has found, read from a JSON file:
 *
 * <ul>
 *   <li>a list of densities, one per block, as DLP's published {@code ratios/*.json};
 *   <li>an object of sparsities by the names of all linears;
 *   <li>a report of ours, {@code espalier.json} or {@code search-result.json}, whose linears'
 *       targets are taken, or what {@code espalier allocate} has written of a single allocation.
 * </ul>
 *
 * @param file where it was read from, for reports
 * @param byBlock densities in block order; empty if the file names linears
 * @param byLinear sparsities by linear name; empty if the file lists blocks
 */
public record FileAllocation(Path file, List<Double> byBlock, Map<String, Double> byLinear)
    implements SparsityAllocation {
  public FileAllocation {
    byBlock = List.copyOf(byBlock);
    byLinear = Collections.unmodifiableMap(new LinkedHashMap<>(byLinear));
  }

  /** Whether a name of an allocation is that of a file. */
  public static boolean isNamedBy(String name) {
    return name.endsWith(".json");
  }

  /**
   * @throws BadInputException if the file cannot be read or is none of these
   */
  public static FileAllocation read(Path file) {
    JsonNode json = json(file);
    if (json.isArray()) {
      List<Double> densities = new ArrayList<>();
      for (JsonNode density : json) {
        densities.add(fraction(file, "entry " + densities.size(), density));
      }
      return new FileAllocation(file, densities, Map.of());
    }
    Map<String, Double> sparsities = new LinkedHashMap<>();
    if (json.path("blocks").isArray()) {
      for (JsonNode block : json.get("blocks")) {
        for (JsonNode linear : block.path("linears")) {
          String name = linear.path("name").asText();
          sparsities.put(name, fraction(file, name, linear.path("target")));
        }
      }
    } else {
      JsonNode linears =
          json.path("allocations").isArray() ? single(file, json.get("allocations")) : json;
      linears
          .properties()
          .forEach(e -> sparsities.put(e.getKey(), fraction(file, e.getKey(), e.getValue())));
    }
    if (sparsities.isEmpty()) {
      throw new BadInputException(
          file
              + " holds no allocation: it must be a list of densities, an object of sparsities by"
              + " linear name, or an espalier.json");
    }
    return new FileAllocation(file, List.of(), sparsities);
  }

  /** The linears of the only allocation in a document of several side by side. */
  private static JsonNode single(Path file, JsonNode allocations) {
    if (allocations.size() > 1) {
      throw new BadInputException(
          "%s holds several allocations (%s); make a file of the one that is wanted"
              .formatted(file, String.join(", ", allocations.findValuesAsText("allocation"))));
    }
    return allocations.path(0).path("linear_sparsities");
  }

  private static JsonNode json(Path file) {
    try {
      FirstBytes.requireJson(file);
      return Json.read(file);
    } catch (JsonProcessingException e) {
      throw new BadInputException(file + " is not valid JSON: " + Json.fault(e), e);
    } catch (IOException e) {
      throw new BadInputException("cannot read the allocation " + file, e);
    }
  }

  /** The files of those allocations that come from one. */
  public static List<Path> files(List<SparsityAllocation> allocations) {
    return allocations.stream()
        .filter(FileAllocation.class::isInstance)
        .map(allocation -> ((FileAllocation) allocation).file())
        .toList();
  }

  private static double fraction(Path file, String what, JsonNode value) {
    if (!value.isNumber() || !(value.asDouble() >= 0 && value.asDouble() <= 1)) {
      throw new BadInputException(
          "%s: %s is %s; a number from 0 to 1 is needed".formatted(file, what, quote(value)));
    }
    return value.asDouble();
  }

  private static String quote(JsonNode value) {
    if (value.isMissingNode()) {
      return "missing";
    }
    return value.isNumber() ? value.asText() : value.toString();
  }

  @Override
  public String name() {
    return "file";
  }

  @Override
  public Map<String, Object> parameters() {
    return Map.of("file", file.toString());
  }

  @Override
  public Granularity granularity() {
    return byLinear.isEmpty() ? Granularity.BLOCK : Granularity.LINEAR;
  }

  @Override
  public double[] densities(double sparsity, MeasuredModel model) {
    if (byLinear.isEmpty()) {
      if (byBlock.size() != model.blocks().size()) {
        throw new BadInputException(
            "%s has %d densities, but the model has %s; it was made for another model"
                .formatted(file, byBlock.size(), Plural.of(model.blocks().size(), "block")));
      }
      return byBlock.stream().mapToDouble(Double::doubleValue).toArray();
    }
    Set<String> unknown = new HashSet<>(byLinear.keySet());
    double[] densities = new double[model.units(Granularity.LINEAR)];
    for (int i = 0; i < densities.length; i++) {
      String name = model.linears().get(i).name();
      if (!unknown.remove(name)) {
        throw new BadInputException(
            "%s says nothing of %s; it must name every linear by its weight's full name"
                .formatted(file, name));
      }
      densities[i] = 1 - byLinear.get(name);
    }
    if (!unknown.isEmpty()) {
      throw new BadInputException(
          "%s names %s, which the model does not have; it was made for another model"
              .formatted(file, unknown.iterator().next()));
    }
    return densities;
  }
}
