package dev.espalier.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.checkpoint.TensorEntry;
import dev.espalier.checkpoint.WeightSource;
import dev.espalier.device.NativeMemory;
import dev.espalier.device.Placement;
import dev.espalier.model.DecoderModel;
import dev.espalier.text.TokenWindows;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A LLaMA of random weights, which a test may change. Of its four heads two share keys and values;
 * three features of every input are larger than the others.
 */
public final class TinyModel implements WeightSource, AutoCloseable {
  private static final int VOCABULARY = 50;
  private static final int HEADS = 4;

  private final Map<String, Tensor> tensors = new HashMap<>();
  private final ObjectNode config = new ObjectMapper().createObjectNode();
  private final ScalarType dtype;
  private int seed = 1;

  /**
   * @param dtype of the checkpoint
   */
  public TinyModel(int blocks, int hidden, int inner, ScalarType dtype) {
    this.dtype = dtype;
    int keys = hidden / 2;
    config
        .put("model_type", "llama")
        .put("hidden_act", "silu")
        .put("vocab_size", VOCABULARY)
        .put("hidden_size", hidden)
        .put("intermediate_size", inner)
        .put("num_hidden_layers", blocks)
        .put("num_attention_heads", HEADS)
        .put("num_key_value_heads", HEADS / 2)
        .put("max_position_embeddings", 512)
        .put("rms_norm_eps", 1e-5)
        .put("tie_word_embeddings", true);
    put("model.embed_tokens.weight", VOCABULARY, hidden);
    norm("model.norm.weight", hidden);
    for (int i = 0; i < blocks; i++) {
      String block = "model.layers." + i + ".";
      norm(block + "input_layernorm.weight", hidden);
      norm(block + "post_attention_layernorm.weight", hidden);
      put(block + "self_attn.q_proj.weight", hidden, hidden);
      put(block + "self_attn.k_proj.weight", keys, hidden);
      put(block + "self_attn.v_proj.weight", keys, hidden);
      put(block + "self_attn.o_proj.weight", hidden, hidden);
      put(block + "mlp.gate_proj.weight", inner, hidden);
      put(block + "mlp.up_proj.weight", inner, hidden);
      put(block + "mlp.down_proj.weight", hidden, inner);
    }
  }

  /** Three blocks of about six thousand weights, stored in bf16. */
  public static TinyModel small() {
    return new TinyModel(3, 32, 48, ScalarType.BFloat16);
  }

  private void put(String name, long rows, long cols) {
    int next = seed++;
    tensors.put(
        name,
        NativeMemory.own(
            () ->
                Tensors.random(next, ScalarType.Float, rows, cols)
                    .div(new Scalar(Math.sqrt(cols)))
                    .to(dtype)));
  }

  private void norm(String name, long features) {
    tensors.put(
        name,
        NativeMemory.own(
            () -> {
              Tensor weight = Tensors.random(7, ScalarType.Float, features);
              weight = weight.mul(new Scalar(0.1)).add(new Scalar(1));
              weight.narrow(0, 1, 3).mul_(new Scalar(5));
              return weight.to(dtype);
            }));
  }

  /** Its config.json. */
  public JsonNode config() {
    return config;
  }

  public DecoderModel open() {
    return open(Placement.cpu());
  }

  public DecoderModel open(Placement placement) {
    return DecoderModel.open(config, this, placement);
  }

  /** Random windows of its vocabulary. */
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

  @Override
  public void close() {
    tensors.values().forEach(Tensor::close);
  }
}
