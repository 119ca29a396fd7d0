package dev.espalier.run;

import dev.espalier.BadInputException;
import dev.espalier.Progress;
import dev.espalier.Setting;
import dev.espalier.checkpoint.ModelFolder;
import dev.espalier.kernels.Natives;
import dev.espalier.model.DecoderModel;
import dev.espalier.text.CalibrationDraw;
import dev.espalier.text.Corpus;
import dev.espalier.text.EvaluationWindows;
import dev.espalier.text.HuggingFaceTokenizer;
import dev.espalier.text.TokenWindows;
import dev.espalier.text.WindowSampler;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/** A model folder ready to run: checkpoint, decoder and tokenizer, closed together. */
public final class LoadedModel implements AutoCloseable {
  private final ModelFolder folder;
  private final DecoderModel decoder;
  private final HuggingFaceTokenizer tokenizer;

  private LoadedModel(
      ModelFolder folder, HuggingFaceTokenizer tokenizer, ComputeSettings compute, Progress notes) {
    this.folder = folder;
    this.tokenizer = tokenizer;
    this.decoder = DecoderModel.open(folder.config(), folder, compute.place(folder, notes));
  }

  /**
   * Opens a model.
   *
   * @param notes told where the model is computed, if there is something to say, and what hampers
   *     that
   * @throws BadInputException if the folder holds no model that can be run
   */
  public static LoadedModel open(Path path, ComputeSettings compute, Progress notes) {
    Natives.remarks().forEach(notes::note);
    ModelFolder folder = ModelFolder.open(path);
    try {
      return open(folder, compute, notes);
    } catch (RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  private static LoadedModel open(ModelFolder folder, ComputeSettings compute, Progress notes) {
    HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.load(folder.path());
    try {
      return new LoadedModel(folder, tokenizer, compute, notes);
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  ModelFolder folder() {
    return folder;
  }

  /** The model, from its dense weights. */
  public DecoderModel decoder() {
    return decoder;
  }

  /** The wished length, or the usual one; never more than the model is meant for. */
  public int seqLen(OptionalInt wished, Progress listener) {
    int max = decoder.description().maxPositions();
    if (wished.isPresent() && wished.getAsInt() > max) {
      throw new BadInputException(
          "the sequence length is %d, but the model's context is %d tokens"
              .formatted(wished.getAsInt(), max),
          Setting.SEQ_LEN);
    }
    if (wished.isEmpty() && max < CalibrationSettings.USUAL_SEQ_LEN) {
      listener.warn(Warnings.shortContext(max));
    }
    return wished.orElse(Math.min(CalibrationSettings.USUAL_SEQ_LEN, max));
  }

  /** Draws calibration windows; keeps the corpus for what they leave of it. */
  CalibrationDraw calibration(CalibrationSettings settings, int seqLen) {
    return new WindowSampler(tokenizer, settings.samples(), seqLen, settings.seed())
        .draw(Corpus.open(settings.text()));
  }

  /** Windows that are known to suit the model, for they are taken up last. */
  public List<TokenWindows> evaluation(List<Path> texts, int seqLen) {
    List<TokenWindows> windows =
        texts.stream()
            .map(text -> EvaluationWindows.of(Corpus.open(text), tokenizer, seqLen))
            .toList();
    windows.forEach(text -> decoder.requireToken(text.highest()));
    return windows;
  }

  @Override
  public void close() {
    decoder.close();
    tokenizer.close();
    folder.close();
  }
}
