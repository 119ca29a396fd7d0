package dev.espalier.checkpoint;

import dev.espalier.files.FileKind;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What of a model folder, beside the weights that are pruned, belongs to any copy of the model.
 *
 * <ul>
 *   <li>The vocabulary, whatever its size.
 *   <li>Documents, configuration and code of up to {@link #LARGEST_DOCUMENT}.
 *   <li>Anything else of up to {@link #LARGEST_UNKNOWN}, unless its name or its first bytes say
 *       that it is weights, an archive, a backup or the state of a training.
 * </ul>
 */
final class CompanionRule {
  static final long LARGEST_DOCUMENT = 16L << 20;
  static final long LARGEST_UNKNOWN = 1L << 20;

  private static final Set<String> DOCUMENTS =
      Set.of(
          "json", "jsonl", "txt", "md", "rst", "html", "py", "pyi", "jinja", "jinja2", "j2", "yaml",
          "yml", "toml", "cfg", "ini", "csv", "tsv", "sh", "pdf", "png", "jpg", "jpeg", "gif",
          "webp", "svg");

  private static final Pattern VOCABULARY =
      Pattern.compile(
          "(tokenizer|vocab|merges|special_tokens|added_tokens|spiece|sentencepiece|bpe).*"
              + "|.*\\.(model|tiktoken|spm|bpe|vocab)");

  /** Weights, archives, backups: any of these after a dot in a name, as in model.onnx.data. */
  private static final Pattern NOT_COMPANIONS =
      Pattern.compile(
          "safetensors|bin|pt|pt2|pth|ptl|ckpt|ckp|checkpoint|torchscript|gguf|ggml|ggjt|h5|hdf5"
              + "|keras|pb|msgpack|onnx.*|ot|tflite|npz|npy|pkl|pickle|joblib|nemo|engine|plan|trt"
              + "|mlmodel|mlpackage|mlmodelc|mnn|ncnn|param|params|uff|caffemodel|rknn|mar"
              + "|zip|tar|tgz|gz|bz2|tbz2|xz|txz|zst|lz4|7z|rar|parquet|arrow|feather"
              + "|bak|backup|old|orig|save|tmp|temp|swp|part|partial|incomplete|crdownload|aria2"
              + "|lock");

  /** What weights and the state of a training are called whatever comes after the dot. */
  private static final Pattern WEIGHTS =
      Pattern.compile(
          "((pytorch|tf|flax|rust|openvino|adapter|decoder|encoder|decoder_with_past)_?)?model([-_].*)?"
              + "|(ggml|gguf|ggjt|consolidated|weights|optimizer|optim|scheduler|rng_state|scaler"
              + "|training_args|zero_pp|mp_rank|events\\.out\\.tfevents).*");

  private static final Pattern FOLDERS =
      Pattern.compile(
          "\\..*|original|onnx.*|openvino.*|gguf.*|ggml.*|coreml.*|tflite.*|mlx.*|tensorrt.*|saved_model"
              + "|.*\\.(mlpackage|mlmodelc|nemo)|checkpoint-.*|global_step.*|runs|wandb|logs"
              + "|__pycache__|venv|node_modules");

  private static final Set<FileKind> KINDS =
      EnumSet.of(
          FileKind.PARQUET,
          FileKind.ARROW,
          FileKind.GZIP,
          FileKind.ZSTANDARD,
          FileKind.BZIP2,
          FileKind.XZ,
          FileKind.LZ4,
          FileKind.ZIP,
          FileKind.SEVEN_ZIP,
          FileKind.RAR,
          FileKind.TAR,
          FileKind.GGUF,
          FileKind.GGML,
          FileKind.PICKLE,
          FileKind.NUMPY,
          FileKind.HDF5,
          FileKind.SAFETENSORS);

  private CompanionRule() {}

  /** Whether a folder in a model folder may hold companions. */
  static boolean mayHoldCompanions(Path folder) {
    return !FOLDERS.matcher(name(folder)).matches();
  }

  /** Whether a file's name allows it to be one. */
  static boolean mayBeCompanion(Path file) {
    String name = name(file);
    List<String> parts = Arrays.asList(name.split("\\."));
    boolean weights = parts.stream().skip(1).anyMatch(p -> NOT_COMPANIONS.matcher(p).matches());
    if (weights || name.endsWith("~") || name.endsWith(".index.json")) {
      return false;
    }
    return isVocabulary(file) || isDocument(file) || !WEIGHTS.matcher(stem(name)).matches();
  }

  /** Whether a file that may be one by its name is one by what it holds. */
  static boolean isCompanion(Path file, long bytes) {
    if (isVocabulary(file)) {
      return true;
    }
    return isDocument(file)
        ? bytes <= LARGEST_DOCUMENT
        : bytes <= LARGEST_UNKNOWN && FileKind.of(file).filter(KINDS::contains).isEmpty();
  }

  private static boolean isVocabulary(Path file) {
    return VOCABULARY.matcher(name(file)).matches();
  }

  private static boolean isDocument(Path file) {
    String name = name(file);
    return DOCUMENTS.contains(name.substring(name.lastIndexOf('.') + 1));
  }

  private static String stem(String name) {
    return name.startsWith("events.out") ? name : name.split("\\.", 2)[0];
  }

  private static String name(Path file) {
    return file.getFileName().toString().toLowerCase(Locale.ROOT);
  }
}
