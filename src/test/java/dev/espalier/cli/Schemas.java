package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import dev.espalier.report.DocumentKind;
import java.util.Set;

/** The published schemas of documents. */
final class Schemas {
  private Schemas() {}

  static JsonSchema of(DocumentKind kind) {
    return named(kind.schemaFile());
  }

  static JsonSchema named(String file) {
    return JsonSchemaFactory.getInstance(VersionFlag.V202012)
        .getSchema(DocumentKind.class.getResourceAsStream(file));
  }

  /** A document of this kind that keeps to its schema. */
  static void assertValid(DocumentKind kind, JsonNode document) {
    assertEquals(kind.keyword(), document.path("kind").asText(), document::toPrettyString);
    Set<ValidationMessage> messages = of(kind).validate(document);
    assertTrue(messages.isEmpty(), messages::toString);
  }

  /** A document that is taken for an allocation. */
  static void assertStored(JsonNode document) {
    Set<ValidationMessage> messages = named("stored-allocation.schema.json").validate(document);
    assertTrue(messages.isEmpty(), messages::toString);
  }
}
