package dev.espalier.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.files.Json;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The kinds of JSON documents there are. Each begins with the version of them all and its kind, and
 * has a schema of its own beside this class.
 */
public enum DocumentKind {
  /** What a pruning run did: {@code espalier.json}. */
  PRUNE("espalier"),
  /** What a search found. */
  SEARCH,
  /** Allocations side by side. */
  ALLOCATE,
  /** Pruning runs side by side. */
  COMPARE,
  /** A model's perplexity. */
  EVAL,
  /** What a model folder holds. */
  INSPECT,
  /** What a pruning run will take. */
  PLAN,
  /** Why there is no other. */
  ERROR;

  /**
   * The version of all schemas. It rises when a property of one goes or changes its meaning, not
   * when one is added.
   */
  public static final int SCHEMA = 4;

  private final String file;

  DocumentKind() {
    this.file = keyword();
  }

  DocumentKind(String file) {
    this.file = file;
  }

  /** As documents have it. */
  public String keyword() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The resource beside this class that documents and constrains it. */
  public String schemaFile() {
    return file + ".schema.json";
  }

  /** What kind a document of ours is; empty if it is none, or was written before kinds were. */
  public static Optional<DocumentKind> of(ObjectNode document) {
    return document.path("schema").isInt() && document.path("versions").has("espalier")
        ? Stream.of(values())
            .filter(kind -> document.path("kind").asText().equals(kind.keyword()))
            .findFirst()
        : Optional.empty();
  }

  /** A document of this kind without what is particular to it. */
  ObjectNode begin() {
    return Json.object().put("schema", SCHEMA).put("kind", keyword());
  }
}
