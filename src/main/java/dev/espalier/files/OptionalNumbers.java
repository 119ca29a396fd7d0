package dev.espalier.files;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.util.OptionalDouble;

/** Numbers in records that may be absent: null in JSON. */
final class OptionalNumbers extends SimpleModule {
  private static final long serialVersionUID = 1;

  OptionalNumbers() {
    addSerializer(OptionalDouble.class, new Writer());
    addDeserializer(OptionalDouble.class, new Reader());
  }

  private static final class Writer extends JsonSerializer<OptionalDouble> {
    @Override
    public void serialize(OptionalDouble number, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      if (number.isPresent()) {
        json.writeNumber(number.getAsDouble());
      } else {
        json.writeNull();
      }
    }
  }

  private static final class Reader extends JsonDeserializer<OptionalDouble> {
    @Override
    public OptionalDouble deserialize(JsonParser json, DeserializationContext context)
        throws IOException {
      return OptionalDouble.of(context.readValue(json, Double.class));
    }

    @Override
    public OptionalDouble getNullValue(DeserializationContext context) {
      return OptionalDouble.empty();
    }

    @Override
    public OptionalDouble getAbsentValue(DeserializationContext context) {
      return OptionalDouble.empty();
    }
  }
}
