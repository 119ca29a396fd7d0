package dev.espalier.run;

import dev.espalier.BadInputException;
import dev.espalier.Progress;
import dev.espalier.Setting;
import dev.espalier.checkpoint.ModelFolder;
import dev.espalier.checkpoint.ModelSource;
import dev.espalier.hub.HubCopy;
import dev.espalier.kernels.Natives;
import dev.espalier.model.DecoderModel;
import dev.espalier.text.HuggingFaceTokenizer;
import dev.espalier.text.MixedDraw;
import dev.espalier.text.TextSource;
import dev.espalier.text.TokenWindows;
import dev.espalier.text.WindowSampler;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A model folder ready to run: checkpoint, decoder and tokenizer, closed together. */
public final class LoadedModel implements AutoCloseable {
  private final Optional<HubCopy> hub;
  private final ModelFolder folder;
  private final DecoderModel decoder;
  private final HuggingFaceTokenizer tokenizer;

  private LoadedModel(
      Optional<HubCopy> hub,
      ModelFolder folder,
      DecoderModel decoder,
      HuggingFaceTokenizer tokenizer) {
    this.hub = hub;
    this.folder = folder;
    this.decoder = decoder;
    this.tokenizer = tokenizer;
  }

  /**
   * Opens a model.
   *
   * @param path its folder, or its name on the Hub
   * @param notes told where the model is computed, if there is something to say, and what hampers
   *     that
   * @throws BadInputException if the folder holds no model that can be run
   */
  public static LoadedModel open(Path path, ComputeSettings compute, Progress notes) {
    Natives.remarks().forEach(notes::note);
    ModelSource source = ModelSource.find(path, notes);
    ModelFolder folder = ModelFolder.open(source.folder());
    try {
      return open(source.hub(), folder, compute, notes);
    } catch (RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  private static LoadedModel open(
      Optional<HubCopy> hub, ModelFolder folder, ComputeSettings compute, Progress notes) {
    DecoderModel decoder = DecoderModel.open(folder.config(), folder, compute.place(folder, notes));
    try {
      decoder.remarks().forEach(notes::note);
      return new LoadedModel(hub, folder, decoder, HuggingFaceTokenizer.load(folder.path()));
    } catch (RuntimeException e) {
      decoder.close();
      throw e;
    }
  }

  /** What the folder is a copy of; absent if it was given as a folder. */
  Optional<HubCopy> hub() {
    return hub;
  }

  ModelFolder folder() {
    return folder;
  }

  /** The model, from its dense weights. */
  public DecoderModel decoder() {
    return decoder;
  }

  /** The wished length, or the usual one; never more than the model is meant for. */
  public int seqLen(OptionalInt wished) {
    int max = decoder.description().maxPositions();
    if (wished.isPresent() && wished.getAsInt() > max) {
      throw new BadInputException(
          "the sequence length is %d, but the model's context is %d tokens"
              .formatted(wished.getAsInt(), max),
          Setting.SEQ_LEN);
    }
    return wished.orElse(Math.min(CalibrationSettings.USUAL_SEQ_LEN, max));
  }

  /** Tells that windows are shorter than usual, where nobody wished it. */
  public void tellShortContext(OptionalInt wished, Progress listener) {
    int max = decoder.description().maxPositions();
    if (wished.isEmpty() && max < CalibrationSettings.USUAL_SEQ_LEN) {
      listener.warn(Warnings.shortContext(max));
    }
  }

  /**
   * Draws calibration windows; keeps the corpus for what they leave of it.
   *
   * @param progress hears how far reading has come where it takes a while
   * @throws BadInputException if the text has too little for them
   */
  MixedDraw calibration(CalibrationSettings settings, int seqLen, Progress progress) {
    return settings
        .text()
        .draw(new WindowSampler(tokenizer, settings.samples(), seqLen, settings.seed()), progress);
  }

  /**
   * Texts as windows that are known to suit the model, for they are taken up last.
   *
   * @param progress hears how far reading has come where it takes a while
   * @throws BadInputException if a text is too short or has tokens that the model does not know
   */
  public List<TokenWindows> evaluation(List<TextSource> texts, int seqLen, Progress progress) {
    texts.forEach(TextSource::requireReadable);
    return texts.stream()
        .map(text -> text.evaluation(tokenizer, seqLen, progress))
        .map(windows -> known(windows, Setting.EVALUATION))
        .toList();
  }

  /**
   * These windows, of which the model knows every token.
   *
   * @param text what names the text they are from
   * @throws BadInputException if it does not
   */
  TokenWindows known(TokenWindows windows, Setting text) {
    int rows = decoder.description().vocabularySize();
    for (int i = 0; i < windows.count(); i++) {
      OptionalInt unknown = Arrays.stream(windows.window(i)).filter(id -> id >= rows).findFirst();
      if (unknown.isPresent()) {
        throw new BadInputException(
            "%s: window %d of %d has a token for which the model's embedding of %d rows has none, %s"
                .formatted(
                    windows.source(),
                    i + 1,
                    windows.count(),
                    rows,
                    tokenizer.explain(unknown.getAsInt())),
            text);
      }
    }
    return windows;
  }

  /** Tells how texts were read: which tokens stand at their ends. */
  public void tellHowTextsWereRead(Progress notes) {
    tokenizer.remarks().forEach(notes::note);
  }

  @Override
  public void close() {
    decoder.close();
    tokenizer.close();
    folder.close();
  }
}
