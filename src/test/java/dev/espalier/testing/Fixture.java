package dev.espalier.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.checkpoint.TensorEntry;
import dev.espalier.checkpoint.WeightSource;
import dev.espalier.device.Placement;
import dev.espalier.model.DecoderModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A small model folder read whole, with config and weights that a test may change. */
public final class Fixture implements WeightSource {
  public static final Path SAMPLE = Path.of("samples", "sotu-llama-5m");
  private static final ObjectMapper JSON = new ObjectMapper();

  public final ObjectNode config;
  public final Map<String, Tensor> tensors = new HashMap<>();
  private final Path folder;

  private Fixture(Path folder) {
    this.folder = folder;
    this.config = (ObjectNode) json("config.json");
    readTensors();
  }

  /** One of the conformance fixtures. */
  public static Fixture family(String name) {
    return new Fixture(Path.of("src", "test", "resources", "families", name));
  }

  public static Fixture sample() {
    return new Fixture(SAMPLE);
  }

  public DecoderModel open() {
    return open(Placement.cpu());
  }

  public DecoderModel open(Placement placement) {
    return DecoderModel.open(config, this, placement);
  }

  public JsonNode json(String file) {
    try {
      return JSON.readTree(folder.resolve(file).toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static JsonNode parse(String text) {
    try {
      return JSON.readTree(text.replace('\'', '"'));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Some token ids, [batch, length], always the same ones. */
  public Tensor tokens(int batch, int length) {
    int vocabulary = config.get("vocab_size").intValue();
    long[] ids = new long[batch * length];
    Arrays.setAll(ids, i -> (i * 7919L + 13) % vocabulary);
    return Tensor.create(ids, batch, length);
  }

  @Override
  public boolean contains(String name) {
    return tensors.containsKey(name);
  }

  @Override
  public TensorEntry entry(String name) {
    return TensorEntry.of(name, tensors.get(name));
  }

  @Override
  public Tensor tensor(String name) {
    return tensors.get(name).alias();
  }

  private void readTensors() {
    try {
      byte[] file = Files.readAllBytes(folder.resolve("model.safetensors"));
      ByteBuffer buffer = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
      int headerLength = Math.toIntExact(buffer.getLong());
      JsonNode header =
          JSON.readTree(new String(file, Long.BYTES, headerLength, StandardCharsets.UTF_8));
      header
          .properties()
          .forEach(
              entry -> {
                if (!entry.getKey().equals("__metadata__")) {
                  tensors.put(
                      entry.getKey(), tensor(entry.getValue(), file, Long.BYTES + headerLength));
                }
              });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Tensor tensor(JsonNode entry, byte[] file, int start) {
    JsonNode offsets = entry.get("data_offsets");
    byte[] data =
        Arrays.copyOfRange(
            file, start + offsets.get(0).intValue(), start + offsets.get(1).intValue());
    ScalarType dtype =
        switch (entry.get("dtype").textValue()) {
          case "F32" -> ScalarType.Float;
          case "BF16" -> ScalarType.BFloat16;
          default -> throw new IllegalArgumentException(entry.toString());
        };
    long[] shape = JSON.convertValue(entry.get("shape"), long[].class);
    return Tensor.create(data).view(dtype).view(shape);
  }
}
