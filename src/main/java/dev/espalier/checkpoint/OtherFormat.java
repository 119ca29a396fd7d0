package dev.espalier.checkpoint;

import dev.espalier.files.FileFaults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a folder holds in the place of a model that could be read. */
enum OtherFormat {
  ADAPTER(
      "adapter_(model\\.(safetensors|bin)|config\\.json)",
      "an adapter, not a model",
      "merge it into its base model, with PEFT's merge_and_unload"),
  SHARDS_WITHOUT_INDEX(
      "model-\\d+-of-\\d+\\.safetensors",
      "shards without their " + ShardIndex.FILE_NAME,
      "fetch that, too"),
  MISTRAL(
      "consolidated.*\\.safetensors",
      "weights in Mistral's own format",
      "take the model.safetensors of the same model, or convert them with transformers"),
  META(
      "consolidated\\..*\\.pth",
      "weights in Meta's own format",
      "convert them with transformers (convert_llama_weights_to_hf.py)"),
  OTHER_SAFETENSORS(
      "(?!model\\.safetensors$).*\\.safetensors",
      "weights under another name than model.safetensors",
      "rename them if they are the model's"),
  PYTORCH(
      "pytorch_model.*\\.bin|model.*\\.bin|(?!optim|sched|rng|scaler|training).*\\.(pt|pth|ckpt)",
      "weights as a pickle of PyTorch",
      "convert them to safetensors, with transformers' save_pretrained"),
  GGUF(
      ".*\\.(gguf|ggml)|ggml-.*\\.bin",
      "weights for llama.cpp",
      "take the safetensors files of the same model"),
  MLX("weights.*\\.npz", "weights for an old MLX", "take the safetensors files of the same model"),
  ONNX(".*\\.onnx(_data)?", "a graph for ONNX", "take the safetensors files of the same model"),
  OPENVINO(
      "openvino_model.*", "a graph for OpenVINO", "take the safetensors files of the same model"),
  OTHER_FRAMEWORK(
      "(tf_model.*\\.h5|flax_model.*\\.msgpack|rust_model\\.ot|model\\.ckpt.*)",
      "weights for another framework than PyTorch",
      "convert them to safetensors, with transformers' save_pretrained");

  private final Pattern file;
  private final String what;
  private final String remedy;

  OtherFormat(String file, String what, String remedy) {
    this.file = Pattern.compile(file);
    this.what = what;
    this.remedy = remedy;
  }

  /** What the folder holds instead, as the rest of a sentence about it. */
  static Optional<String> found(Path folder) {
    List<String> names;
    try (Stream<Path> files = Files.list(folder)) {
      names =
          files
              .filter(Files::isRegularFile)
              .map(path -> path.getFileName().toString())
              .sorted()
              .toList();
    } catch (IOException e) {
      throw FileFaults.reading(folder, e);
    }
    return Arrays.stream(values()).flatMap(format -> format.sentence(names).stream()).findFirst();
  }

  private Optional<String> sentence(List<String> names) {
    return names.stream()
        .filter(name -> file.matcher(name).matches())
        .findFirst()
        .map(
            name ->
                "holds %s (%s) where a model in safetensors is needed; %s"
                    .formatted(what, FileFaults.printable(name), remedy));
  }
}
