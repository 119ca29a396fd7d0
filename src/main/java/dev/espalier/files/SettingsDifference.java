package dev.espalier.files;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What two descriptions of a run differ in. In an object among the settings, {@code digest} stands
 * for what is not told by its other members, and {@code name} for the object.
 */
public final class SettingsDifference {
  private static final String NAME = "name";
  private static final String DIGEST = "digest";
  private static final String NONE = "none";
  private static final String HASH = "[0-9a-f]{64}";

  private final List<String> told = new ArrayList<>();

  private SettingsDifference() {}

  /**
   * Every setting that differs, with both values, such as {@code sparsity 0.5 there, 0.7 here;
   * calibration seed 0 there, 1 here}; nothing if none does.
   */
  public static Optional<String> between(ObjectNode there, ObjectNode here) {
    SettingsDifference difference = new SettingsDifference();
    difference.compare("", Json.canonical(there), Json.canonical(here));
    return difference.told.isEmpty()
        ? Optional.empty()
        : Optional.of(String.join("; ", difference.told));
  }

  private void compare(String prefix, ObjectNode there, ObjectNode here) {
    Set<String> names = new LinkedHashSet<>();
    here.fieldNames().forEachRemaining(names::add);
    there.fieldNames().forEachRemaining(names::add);
    boolean hasDigest = names.remove(DIGEST);
    int before = told.size();
    names.forEach(name -> compare(prefix, name, there.path(name), here.path(name)));
    if (hasDigest && told.size() == before) {
      compareDigests(prefix.strip(), there.path(DIGEST), here.path(DIGEST));
    }
  }

  private void compareDigests(String name, JsonNode there, JsonNode here) {
    if (there.asText().matches(HASH) && here.asText().matches(HASH)) {
      if (!there.equals(here)) {
        told.add("another " + name);
      }
    } else {
      tell(name, there, here);
    }
  }

  private void compare(String prefix, String name, JsonNode there, JsonNode here) {
    String spoken = name.equals(NAME) ? prefix.strip() : prefix + name.replace('_', ' ');
    if (there instanceof ObjectNode one && here instanceof ObjectNode other) {
      compare(spoken + " ", one, other);
    } else {
      tell(spoken, there, here);
    }
  }

  private void tell(String spoken, JsonNode there, JsonNode here) {
    if (!there.equals(here)) {
      String one = value(there);
      String other = value(here);
      boolean forPeople = !one.contains("[") && !other.contains("["); // as records print themselves
      told.add(
          forPeople ? "%s %s there, %s here".formatted(spoken, one, other) : "other " + spoken);
    }
  }

  private static String value(JsonNode node) {
    if (node instanceof ObjectNode object) {
      return object.properties().stream()
          .filter(member -> !member.getKey().equals(DIGEST))
          .map(member -> value(member.getValue()))
          .collect(Collectors.joining(" "));
    }
    if (node.isArray()) {
      List<String> values = new ArrayList<>();
      node.forEach(element -> values.add(value(element)));
      return values.isEmpty() ? NONE : String.join(" and ", values);
    }
    String text = FileFaults.printable(node.asText(NONE));
    return text.isEmpty() ? NONE : text;
  }
}
