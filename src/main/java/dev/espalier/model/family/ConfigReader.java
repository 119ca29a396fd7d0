package dev.espalier.model.family;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.Printable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Typed access to config.json. A key that is absent or null counts as not given; a value of the
 * wrong kind is a {@link BadInputException} that names the key.
 */
final class ConfigReader {
  /** Blocks are described before their weights are looked for, so that number is not trusted. */
  private static final int MAX_BLOCKS = 10_000;

  private final JsonNode object;
  private final String path;
  private final List<String> remarks;
  private final Set<String> asked = new HashSet<>();

  private ConfigReader(JsonNode object, String path, List<String> remarks) {
    this.object = object;
    this.path = path;
    this.remarks = remarks;
  }

  static ConfigReader of(JsonNode config) {
    if (config == null || !config.isObject()) {
      throw new BadInputException(
          "config.json does not hold a JSON object; use the config.json that came with the model.");
    }
    return new ConfigReader(config, "", new ArrayList<>());
  }

  /** Another object in the place of this one, whose remarks are this one's. */
  ConfigReader inside(JsonNode other, String otherPath) {
    return new ConfigReader(other, otherPath, remarks);
  }

  /** A copy of all that is given. */
  ObjectNode copy() {
    return object.deepCopy();
  }

  boolean has(String key) {
    asked.add(key);
    return object.hasNonNull(key);
  }

  /** Whether the key stands there as null. */
  boolean isNull(String key) {
    asked.add(key);
    return object.has(key) && object.get(key).isNull();
  }

  /** The keys that are given and that nobody has asked for, with their values; none is null. */
  Map<String, JsonNode> unread() {
    Map<String, JsonNode> unread = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      if (!asked.contains(field.getKey()) && !field.getValue().isNull()) {
        unread.put(field.getKey(), field.getValue());
      }
    }
    return unread;
  }

  /** Keeps a sentence for people about what was decided. */
  void remark(String sentence) {
    remarks.add(sentence);
  }

  /** Names what stands in this object and has not been asked for, if there is any. */
  void remarkUnread() {
    if (!unread().isEmpty()) {
      String keys =
          unread().keySet().stream()
              .map(key -> "\"" + path + Printable.of(key) + "\"")
              .collect(Collectors.joining(", "));
      remark("config.json has keys that models of this type are computed without: " + keys + ".");
    }
  }

  List<String> remarks() {
    return List.copyOf(remarks);
  }

  /** The value of a key as it stands there, if it is given. */
  Optional<JsonNode> value(String key) {
    return has(key) ? Optional.of(object.get(key)) : Optional.empty();
  }

  /** A positive whole number that must be given. */
  int size(String key) {
    require(key, "a positive whole number");
    return size(key, 0);
  }

  int size(String key, int absent) {
    if (!has(key)) {
      return absent;
    }
    JsonNode value = object.get(key);
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() <= 0) {
      throw wrong(key, "a positive whole number");
    }
    return value.intValue();
  }

  /** A whole number that is not negative. */
  int count(String key, int absent) {
    boolean zero = has(key) && object.get(key).isIntegralNumber() && object.get(key).asLong() == 0;
    return zero ? 0 : size(key, absent);
  }

  /** A number of blocks that must be given; no model has more than ten thousand. */
  int blocks(String key) {
    int blocks = size(key);
    if (blocks > MAX_BLOCKS) {
      throw wrong(key, "at most " + MAX_BLOCKS);
    }
    return blocks;
  }

  /** A positive number that must be given. */
  double number(String key) {
    require(key, "a positive number");
    return number(key, 0);
  }

  double number(String key, double absent) {
    if (!has(key)) {
      return absent;
    }
    JsonNode value = object.get(key);
    if (!value.isNumber() || !Double.isFinite(value.doubleValue()) || value.doubleValue() <= 0) {
      throw wrong(key, "a positive number");
    }
    return value.doubleValue();
  }

  /** So many positive numbers, which must be given. */
  List<Double> numbers(String key, int count) {
    String expected = "a list of %d positive numbers".formatted(count);
    require(key, expected);
    JsonNode list = object.get(key);
    if (!list.isArray() || list.size() != count) {
      throw wrong(key, expected);
    }
    List<Double> numbers = new ArrayList<>();
    for (JsonNode value : list) {
      if (!value.isNumber() || !Double.isFinite(value.doubleValue()) || value.doubleValue() <= 0) {
        throw wrong(key, expected);
      }
      numbers.add(value.doubleValue());
    }
    return numbers;
  }

  boolean flag(String key, boolean absent) {
    if (!has(key)) {
      return absent;
    }
    if (!object.get(key).isBoolean()) {
      throw wrong(key, "true or false");
    }
    return object.get(key).booleanValue();
  }

  String text(String key, String absent) {
    if (!has(key)) {
      return absent;
    }
    if (!object.get(key).isTextual()) {
      throw wrong(key, "a string");
    }
    return object.get(key).textValue();
  }

  /** A nested object, if one is given. */
  Optional<ConfigReader> object(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    if (!object.get(key).isObject()) {
      throw wrong(key, "an object");
    }
    return Optional.of(new ConfigReader(object.get(key), path + key + ".", remarks));
  }

  /** The exception for a key whose value is not what it must be. */
  BadInputException wrong(String key, String expected) {
    return new BadInputException(
        "config.json: \"%s%s\" is %s but must be %s; use the config.json that came with the model."
            .formatted(path, key, abbreviated(object.get(key)), expected));
  }

  /** The exception for a key that is not given. */
  BadInputException missing(String key, String expected) {
    return new BadInputException(
        ("config.json: \"%s%s\" is missing and must be %s; "
                + "use the config.json that came with the model.")
            .formatted(path, key, expected));
  }

  private void require(String key, String expected) {
    if (!has(key)) {
      throw missing(key, expected);
    }
  }

  /** A value, short enough for a sentence. */
  static String abbreviated(JsonNode value) {
    String text = Printable.of(String.valueOf(value));
    return text.length() <= 40 ? text : text.substring(0, 40) + "…";
  }
}
