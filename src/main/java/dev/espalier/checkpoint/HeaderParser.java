package dev.espalier.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.espalier.BadInputException;
import dev.espalier.files.FileFaults;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The JSON of one safetensors header, token by token and not as {@link dev.espalier.files.Json}
 * reads: a hostile header of 100 MB is refused at its first fault and never becomes a tree in
 * memory.
 */
final class HeaderParser {
  /** More than any libtorch operation takes; a bound for hostile shapes. */
  private static final int MAX_DIMENSIONS = 64;

  /** Tensor names come from strangers: no shared symbol tables, no interning. */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(100_000_000).build())
          .build();

  private final Path file;
  private final Map<String, TensorEntry> tensors = new LinkedHashMap<>();
  private Map<String, String> metadata;

  HeaderParser(Path file) {
    this.file = file;
  }

  Map<String, TensorEntry> tensors() {
    return tensors;
  }

  Map<String, String> metadata() {
    return metadata == null ? Map.of() : metadata;
  }

  void parse(byte[] header) {
    if (header[0] != '{') {
      throw damaged("does not start its header with '{'");
    }
    // The decoder is given, as Jackson would guess the encoding; a fresh one reports bad bytes.
    try (Reader text =
            new InputStreamReader(
                new ByteArrayInputStream(header), StandardCharsets.UTF_8.newDecoder());
        JsonParser json = JSON.createParser(text)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        parseField(json, wellFormed(json.currentName()));
      }
      if (json.nextToken() != null) {
        throw damaged("has text after the header's JSON object");
      }
    } catch (CharacterCodingException e) {
      throw FileFaults.in(file, "the header is not valid UTF-8; " + FileFaults.DAMAGED, e);
    } catch (JsonProcessingException e) {
      String detail = FileFaults.printable(e.getOriginalMessage());
      throw FileFaults.in(
          file, "the header is not valid JSON (" + detail + "); " + FileFaults.DAMAGED, e);
    } catch (IOException e) {
      throw FileFaults.reading(file, e);
    }
  }

  private void parseField(JsonParser json, String name) throws IOException {
    JsonToken first = json.nextToken();
    boolean object = first == JsonToken.START_OBJECT;
    if (name.equals(SafetensorsHeader.METADATA)) {
      if (!object && first != JsonToken.VALUE_NULL || metadata != null) {
        throw damaged("must hold one JSON object of strings as " + SafetensorsHeader.METADATA);
      }
      metadata = object ? metadata(json) : Map.of();
      return;
    }
    if (!object) {
      throw damaged(name, "is not described by a JSON object");
    }
    if (tensors.put(name, tensor(json, name)) != null) {
      throw damaged(name, "is listed twice");
    }
  }

  private Map<String, String> metadata(JsonParser json) throws IOException {
    Map<String, String> strings = new LinkedHashMap<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = wellFormed(json.currentName());
      if (json.nextToken() != JsonToken.VALUE_STRING) {
        throw FileFaults.in(
            file,
            "the metadata "
                + FileFaults.quote(key)
                + " is not a string, which the format demands and other readers refuse, too;"
                + " write the file again with all of its metadata as strings");
      }
      if (strings.put(key, wellFormed(json.getText())) != null) {
        throw damaged("the metadata " + FileFaults.quote(key) + " is listed twice");
      }
    }
    return strings;
  }

  private TensorEntry tensor(JsonParser json, String name) throws IOException {
    String dtype = null;
    List<Long> shape = null;
    List<Long> offsets = null;
    Set<String> seen = new HashSet<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      if (!seen.add(field)) {
        throw damaged(name, "has the field " + FileFaults.quote(field) + " twice");
      }
      json.nextToken();
      switch (field) {
        case "dtype" -> dtype = dtype(json, name);
        case "shape" -> shape = naturals(json, name, field);
        case "data_offsets" -> offsets = naturals(json, name, field);
        default -> json.skipChildren(); // as the format's own reader does
      }
    }
    if (dtype == null || shape == null || offsets == null) {
      throw damaged(name, "lacks one of the fields dtype, shape and data_offsets");
    }
    if (offsets.size() != 2) {
      throw damaged(name, "has " + offsets.size() + " data_offsets where there must be 2");
    }
    return new TensorEntry(name, dtype, shape, offsets.get(0), offsets.get(1));
  }

  /** Of one that we do not know nothing needs to be known until the tensor is read. */
  private String dtype(JsonParser json, String name) throws IOException {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw damaged(name, "has a dtype that is not a string");
    }
    return wellFormed(json.getText());
  }

  private List<Long> naturals(JsonParser json, String name, String field) throws IOException {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw damaged(name, "has a " + field + " that is not an array");
    }
    List<Long> numbers = new ArrayList<>(4);
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
          || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
          || json.getLongValue() < 0) {
        throw damaged(name, "has a " + field + " with something other than sizes from 0 to 2^63-1");
      }
      if (numbers.size() == MAX_DIMENSIONS) {
        throw damaged(name, "has a " + field + " of more than " + MAX_DIMENSIONS + " numbers");
      }
      numbers.add(json.getLongValue());
    }
    return numbers;
  }

  /** JSON can escape half a surrogate pair, which no header could be written with again. */
  private String wellFormed(String text) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw damaged("the header's " + FileFaults.quote(text) + " is not valid Unicode");
    }
    return text;
  }

  private BadInputException damaged(String problem) {
    return FileFaults.in(file, problem + "; " + FileFaults.DAMAGED);
  }

  private BadInputException damaged(String tensor, String problem) {
    return FileFaults.inTensor(file, tensor, problem + "; " + FileFaults.DAMAGED);
  }
}
