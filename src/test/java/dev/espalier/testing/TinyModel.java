package dev.espalier.testing;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.checkpoint.TensorEntry;
import dev.espalier.checkpoint.WeightSource;
import dev.espalier.device.NativeMemory;
import dev.espalier.device.Placement;
import dev.espalier.model.DecoderModel;
import dev.espalier.testing.Safetensors.Stored;
import dev.espalier.text.TokenWindows;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A small LLaMA whose config and weights a test may change: made up, or read whole from a folder.
 * The made up has random weights; of its four heads two share keys and values; three features of
 * every input are larger than the others.
 */
public final class TinyModel implements WeightSource, AutoCloseable {
  private static final int VOCABULARY = 50;
  private static final int HEADS = 4;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<ScalarType, String> DTYPES =
      Map.of(ScalarType.Float, "F32", ScalarType.BFloat16, "BF16", ScalarType.Half, "F16");

  private final ObjectNode config;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  private TinyModel(ObjectNode config) {
    this.config = config;
  }

  /**
   * A made up one with a vocabulary of {@value #VOCABULARY}.
   *
   * @param dtype of the checkpoint
   */
  public static TinyModel of(int blocks, int hidden, int inner, ScalarType dtype) {
    return new Maker(VOCABULARY, hidden, inner, dtype).make(blocks);
  }

  /** Three blocks of about six thousand weights, stored in bf16. */
  public static TinyModel small() {
    return of(3, 32, 48, ScalarType.BFloat16);
  }

  /** One block under a vocabulary of that size, which {@link #windows} does not use up. */
  public static TinyModel ofVocabulary(int vocabulary) {
    return new Maker(vocabulary, 32, 48, ScalarType.BFloat16).make(1);
  }

  /** What lies in a folder. */
  public static TinyModel read(Path folder) {
    try {
      TinyModel model =
          new TinyModel((ObjectNode) JSON.readTree(folder.resolve("config.json").toFile()));
      Safetensors.readFolder(folder)
          .forEach((name, stored) -> model.tensors.put(name, tensor(stored)));
      return model;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One of the conformance models. */
  public static TinyModel family(String name) {
    return read(familyFolder(name));
  }

  /** The names of all conformance models. */
  public static Stream<String> families() {
    try (Stream<Path> folders = Files.list(familyFolder(""))) {
      return folders
          .filter(Files::isDirectory)
          .map(folder -> folder.getFileName().toString())
          .sorted()
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where a conformance model lies, with what the reference library computes of it. */
  public static Path familyFolder(String name) {
    return Path.of("src", "test", "resources", "families", name);
  }

  /**
   * Makes a folder that the program takes for a model: the small one, but with the sample's
   * tokenizer and as many tokens, for runs whose numbers do not matter.
   */
  public static Path folder(Path folder) throws IOException {
    return folder(folder, 3, 32, 48);
  }

  /** As above, of another size. */
  public static Path folder(Path folder, int blocks, int hidden, int inner) throws IOException {
    ObjectNode sample = (ObjectNode) JSON.readTree(Samples.MODEL.resolve("config.json").toFile());
    int vocabulary = sample.get("vocab_size").intValue();
    Samples.copy(folder);
    try (TinyModel model = new Maker(vocabulary, hidden, inner, ScalarType.BFloat16).make(blocks)) {
      Map<String, Stored> stored = new LinkedHashMap<>();
      model.tensors.forEach((name, tensor) -> stored.put(name, stored(tensor)));
      Safetensors.write(folder.resolve(Safetensors.SINGLE), stored);
      Files.writeString(folder.resolve("config.json"), model.config.toString());
    }
    return folder;
  }

  private static Tensor tensor(Stored stored) {
    ScalarType dtype =
        DTYPES.entrySet().stream()
            .filter(known -> known.getValue().equals(stored.dtype()))
            .findFirst()
            .orElseThrow()
            .getKey();
    long[] shape = stored.shape().stream().mapToLong(Long::longValue).toArray();
    return NativeMemory.own(
        () -> Tensor.create(stored.bytes().array()).view(dtype).view(shape).clone());
  }

  private static Stored stored(Tensor tensor) {
    byte[] bytes = new byte[Math.toIntExact(tensor.nbytes())];
    new BytePointer(tensor.data_ptr()).get(bytes);
    List<Long> shape = LongStream.of(tensor.shape()).boxed().toList();
    return new Stored(DTYPES.get(tensor.scalar_type().intern()), shape, ByteBuffer.wrap(bytes));
  }

  /** Its config.json. */
  public ObjectNode config() {
    return config;
  }

  /** Its tensors by name; those that are still there are closed with it. */
  public Map<String, Tensor> tensors() {
    return tensors;
  }

  public DecoderModel open() {
    return open(Placement.cpu());
  }

  public DecoderModel open(Placement placement) {
    return DecoderModel.open(config, this, placement);
  }

  /** Some token ids of its vocabulary, [batch, length], always the same ones. */
  public Tensor tokens(int batch, int length) {
    int vocabulary = config.get("vocab_size").intValue();
    long[] ids = new long[batch * length];
    Arrays.setAll(ids, i -> (i * 7919L + 13) % vocabulary);
    return Tensor.create(ids, batch, length);
  }

  /** Random windows of the made up vocabulary. */
  public static TokenWindows windows(int count, int length) {
    Random random = new Random(5);
    int[][] windows = new int[count][length];
    for (int[] window : windows) {
      for (int i = 0; i < length; i++) {
        window[i] = random.nextInt(VOCABULARY);
      }
    }
    return new TokenWindows(windows, "random tokens");
  }

  @Override
  public Set<String> names() {
    return tensors.keySet();
  }

  @Override
  public TensorEntry entry(String name) {
    return TensorEntry.of(name, tensors.get(name));
  }

  @Override
  public Tensor tensor(String name) {
    return tensors.get(name).alias();
  }

  @Override
  public void close() {
    tensors.values().forEach(Tensor::close);
  }

  /** Makes models up. */
  private static final class Maker {
    private final TinyModel model = new TinyModel(JSON.createObjectNode());
    private final int vocabulary;
    private final int hidden;
    private final int inner;
    private final ScalarType dtype;
    private int seed = 1;

    Maker(int vocabulary, int hidden, int inner, ScalarType dtype) {
      this.vocabulary = vocabulary;
      this.hidden = hidden;
      this.inner = inner;
      this.dtype = dtype;
    }

    TinyModel make(int blocks) {
      model
          .config
          .put("model_type", "llama")
          .put("hidden_act", "silu")
          .put("vocab_size", vocabulary)
          .put("hidden_size", hidden)
          .put("intermediate_size", inner)
          .put("num_hidden_layers", blocks)
          .put("num_attention_heads", HEADS)
          .put("num_key_value_heads", HEADS / 2)
          .put("max_position_embeddings", 512)
          .put("rms_norm_eps", 1e-5)
          .put("tie_word_embeddings", true);
      put("model.embed_tokens.weight", vocabulary, hidden);
      norm("model.norm.weight");
      int keys = hidden / 2;
      for (int i = 0; i < blocks; i++) {
        String block = "model.layers." + i + ".";
        norm(block + "input_layernorm.weight");
        norm(block + "post_attention_layernorm.weight");
        put(block + "self_attn.q_proj.weight", hidden, hidden);
        put(block + "self_attn.k_proj.weight", keys, hidden);
        put(block + "self_attn.v_proj.weight", keys, hidden);
        put(block + "self_attn.o_proj.weight", hidden, hidden);
        put(block + "mlp.gate_proj.weight", inner, hidden);
        put(block + "mlp.up_proj.weight", inner, hidden);
        put(block + "mlp.down_proj.weight", hidden, inner);
      }
      return model;
    }

    private void put(String name, long rows, long cols) {
      int next = seed++;
      model.tensors.put(
          name,
          NativeMemory.own(
              () ->
                  Tensors.random(next, ScalarType.Float, rows, cols)
                      .div(new Scalar(Math.sqrt(cols)))
                      .to(dtype)));
    }

    private void norm(String name) {
      model.tensors.put(
          name,
          NativeMemory.own(
              () -> {
                Tensor weight = Tensors.random(7, ScalarType.Float, hidden);
                weight = weight.mul(new Scalar(0.1)).add(new Scalar(1));
                weight.narrow(0, 1, 3).mul_(new Scalar(5));
                return weight.to(dtype);
              }));
    }
  }
}
