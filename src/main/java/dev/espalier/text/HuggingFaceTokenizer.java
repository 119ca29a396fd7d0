package dev.espalier.text;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import dev.espalier.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The tokenizer of a Hugging Face model folder: its {@code tokenizer.json}, run by the Hugging Face
 * tokenizers library. Never uses the network. Safe for use by several threads until closed.
 *
 * <p>Encoding needs native memory of some 130 bytes per byte of text while it runs.
 */
public final class HuggingFaceTokenizer implements Tokenizer {
  static {
    // Otherwise the library looks for a cloud host to report to and for GPU builds to download.
    System.setProperty("ai.djl.offline", "true");
  }

  private final ai.djl.huggingface.tokenizers.HuggingFaceTokenizer tokenizer;

  private HuggingFaceTokenizer(ai.djl.huggingface.tokenizers.HuggingFaceTokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /**
   * Loads the {@code tokenizer.json} of a model folder.
   *
   * @throws BadInputException if the file is missing or is not a tokenizer
   */
  public static HuggingFaceTokenizer load(Path folder) {
    Path file = folder.resolve("tokenizer.json");
    if (!Files.isRegularFile(file)) {
      throw new BadInputException(
          folder
              + " has no tokenizer.json, which is needed to read text: download it with the model,"
              + " or let Python's transformers write it, with"
              + " AutoTokenizer.from_pretrained(folder).save_pretrained(folder)");
    }
    try {
      return new HuggingFaceTokenizer(
          ai.djl.huggingface.tokenizers.HuggingFaceTokenizer.builder()
              .optTokenizerPath(file)
              .optTruncation(false)
              .optPadding(false)
              .build());
    } catch (EngineException | LinkageError e) {
      throw new IllegalStateException(
          "The native tokenizer library could not be loaded: it is unpacked below the folder that"
              + " DJL_CACHE_DIR names (~/.djl.ai if unset), which must be writable",
          e);
    } catch (IOException | RuntimeException e) {
      throw new BadInputException(
          file + " cannot be used as a tokenizer (" + e.getMessage() + "): download it again", e);
    }
  }

  @Override
  public int[] encode(String text) {
    // Through the native interface, because the library's own Encoding would also hold a string and
    // a span for every token, which a long text has no memory for.
    long encoding = TokenizersLibrary.LIB.encode(tokenizer.getHandle(), text, true);
    try {
      return narrow(TokenizersLibrary.LIB.getTokenIds(encoding));
    } finally {
      TokenizersLibrary.LIB.deleteEncoding(encoding);
    }
  }

  private static int[] narrow(long[] ids) {
    int[] narrowed = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      narrowed[i] = (int) ids[i]; // ids are unsigned 32-bit there, and index an embedding table
    }
    return narrowed;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
