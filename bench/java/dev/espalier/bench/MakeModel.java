package dev.espalier.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Makes a LLaMA-shaped checkpoint of random bf16 weights, in shards, with the sample's tokenizer.
 * Of the blocks, only the first so many have weights on disk; the others are holes, which read as
 * zeros and take no space.
 */
public final class MakeModel {
  private static final long SHARD = 5L << 30;
  private static final int CHUNK = 8 << 20;

  private MakeModel() {}

  /** A model's shape, as config.json has it. */
  record Shape(int hidden, int inner, int heads, int kvHeads, int blocks, int vocabulary) {
    static Shape named(String name) {
      return switch (name) {
        case "tiny" -> new Shape(64, 128, 4, 2, 3, 4096);
        case "0.5b" -> new Shape(1024, 4096, 16, 16, 24, 32000);
        case "1b" -> new Shape(2048, 5632, 32, 4, 22, 32000);
        case "40g" -> new Shape(5120, 13824, 40, 40, 67, 32000);
        default -> throw new IllegalArgumentException("no shape " + name);
      };
    }

    String config() {
      return """
          {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_act": "silu",
           "hidden_size": %d, "intermediate_size": %d, "num_attention_heads": %d,
           "num_key_value_heads": %d, "num_hidden_layers": %d, "vocab_size": %d,
           "max_position_embeddings": 2048, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
           "tie_word_embeddings": false, "torch_dtype": "bfloat16"}
          """
          .formatted(hidden, inner, heads, kvHeads, blocks, vocabulary);
    }

    /** By name; those of blocks from {@code real} on are left out of the second map's true. */
    Map<String, long[]> tensors() {
      Map<String, long[]> all = new LinkedHashMap<>();
      long keys = (long) hidden / heads * kvHeads;
      all.put("model.embed_tokens.weight", new long[] {vocabulary, hidden});
      for (int i = 0; i < blocks; i++) {
        String block = "model.layers." + i + ".";
        all.put(block + "input_layernorm.weight", new long[] {hidden});
        all.put(block + "self_attn.q_proj.weight", new long[] {hidden, hidden});
        all.put(block + "self_attn.k_proj.weight", new long[] {keys, hidden});
        all.put(block + "self_attn.v_proj.weight", new long[] {keys, hidden});
        all.put(block + "self_attn.o_proj.weight", new long[] {hidden, hidden});
        all.put(block + "post_attention_layernorm.weight", new long[] {hidden});
        all.put(block + "mlp.gate_proj.weight", new long[] {inner, hidden});
        all.put(block + "mlp.up_proj.weight", new long[] {inner, hidden});
        all.put(block + "mlp.down_proj.weight", new long[] {hidden, inner});
      }
      all.put("model.norm.weight", new long[] {hidden});
      all.put("lm_head.weight", new long[] {vocabulary, hidden});
      return all;
    }
  }

  /** SHAPE FOLDER SAMPLE [BLOCKS]: the sample is the model whose tokenizer is copied. */
  public static void main(String[] args) throws IOException {
    Shape shape = Shape.named(args[0]);
    Path folder = Files.createDirectories(Path.of(args[1]));
    int real = args.length > 3 ? Integer.parseInt(args[3]) : shape.blocks();
    for (String file : List.of("tokenizer.json", "tokenizer_config.json")) {
      Files.write(folder.resolve(file), Files.readAllBytes(Path.of(args[2], file)));
    }
    Files.writeString(folder.resolve("config.json"), shape.config());
    List<Map<String, long[]>> shards = shards(shape.tensors());
    StringBuilder index = new StringBuilder();
    long total = 0;
    for (int i = 0; i < shards.size(); i++) {
      String name = "model-%05d-of-%05d.safetensors".formatted(i + 1, shards.size());
      total += write(folder.resolve(name), shards.get(i), real);
      for (String tensor : shards.get(i).keySet()) {
        index
            .append(index.isEmpty() ? "" : ",\n  ")
            .append("\"%s\": \"%s\"".formatted(tensor, name));
      }
    }
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        "{\"metadata\": {\"total_size\": %d}, \"weight_map\": {\n  %s}}\n".formatted(total, index));
    System.out.println(folder + ": " + total + " bytes in " + shards.size() + " shards");
  }

  private static List<Map<String, long[]>> shards(Map<String, long[]> tensors) {
    List<Map<String, long[]>> shards = new ArrayList<>();
    long size = Long.MAX_VALUE / 2;
    for (Map.Entry<String, long[]> tensor : tensors.entrySet()) {
      if (size + bytes(tensor.getValue()) > SHARD) {
        shards.add(new LinkedHashMap<>());
        size = 0;
      }
      size += bytes(tensor.getValue());
      shards.get(shards.size() - 1).put(tensor.getKey(), tensor.getValue());
    }
    return shards;
  }

  private static long bytes(long[] shape) {
    long bytes = 2;
    for (long size : shape) {
      bytes *= size;
    }
    return bytes;
  }

  private static long write(Path file, Map<String, long[]> tensors, int real) throws IOException {
    StringBuilder json = new StringBuilder("{\"__metadata__\": {\"format\": \"pt\"}");
    long end = 0;
    for (Map.Entry<String, long[]> tensor : tensors.entrySet()) {
      long begin = end;
      end += bytes(tensor.getValue());
      json.append(
          ", \"%s\": {\"dtype\": \"BF16\", \"shape\": %s, \"data_offsets\": [%d, %d]}"
              .formatted(
                  tensor.getKey(), java.util.Arrays.toString(tensor.getValue()), begin, end));
    }
    json.append('}');
    while (json.length() % 8 != 0) {
      json.append(' ');
    }
    byte[] header = json.toString().getBytes(StandardCharsets.UTF_8);
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      channel.write(length.putLong(header.length).flip());
      channel.write(ByteBuffer.wrap(header));
      long at = 8L + header.length;
      channel.write(ByteBuffer.allocate(1), at + end - 1);
      for (Map.Entry<String, long[]> tensor : tensors.entrySet()) {
        if (isReal(tensor.getKey(), real)) {
          fill(channel, at, tensor.getKey(), tensor.getValue());
        }
        at += bytes(tensor.getValue());
      }
    }
    return end;
  }

  private static boolean isReal(String tensor, int real) {
    String prefix = "model.layers.";
    return !tensor.startsWith(prefix)
        || Integer.parseInt(tensor.substring(prefix.length()).split("\\.")[0]) < real;
  }

  /** Norms are one; all else is even in ±1/√inputs. */
  private static void fill(FileChannel channel, long at, String name, long[] shape)
      throws IOException {
    SplittableRandom random = new SplittableRandom(name.hashCode());
    float scale = shape.length == 1 ? 0 : (float) (1 / Math.sqrt(shape[1]));
    ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
    long left = bytes(shape);
    while (left > 0) {
      buffer.clear().limit((int) Math.min(left, CHUNK));
      while (buffer.hasRemaining()) {
        long bits = random.nextLong();
        for (int i = 0; i < 4 && buffer.hasRemaining(); i++) {
          float value = scale == 0 ? 1 : scale * (short) (bits >>> 16 * i) / Short.MAX_VALUE;
          buffer.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
        }
      }
      buffer.flip();
      long written = buffer.limit();
      channel.write(buffer, at);
      at += written;
      left -= written;
    }
  }
}
