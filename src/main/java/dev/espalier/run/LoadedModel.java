package dev.espalier.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.Progress;
import dev.espalier.Setting;
import dev.espalier.checkpoint.CheckpointWeights;
import dev.espalier.checkpoint.ModelFolder;
import dev.espalier.checkpoint.WeightSource;
import dev.espalier.kernels.Kernels;
import dev.espalier.measurement.MeasuredModel;
import dev.espalier.measurement.MeasurementFile;
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
  private static final int USUAL_SEQ_LEN = 2048;

  private final ModelFolder folder;
  private final CheckpointWeights weights;
  private final DecoderModel decoder;
  private final HuggingFaceTokenizer tokenizer;

  private LoadedModel(ModelFolder folder, HuggingFaceTokenizer tokenizer, ComputeSettings compute) {
    this.folder = folder;
    this.tokenizer = tokenizer;
    this.weights = new CheckpointWeights(folder::contains, folder::entry, folder::tensor);
    this.decoder = DecoderModel.open(folder.config(), weights, compute.placement(folder));
  }

  public static LoadedModel open(Path path, ComputeSettings compute) {
    ModelFolder folder = ModelFolder.open(path);
    try {
      return open(folder, compute);
    } catch (RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  private static LoadedModel open(ModelFolder folder, ComputeSettings compute) {
    HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.load(folder.path());
    try {
      return new LoadedModel(folder, tokenizer, compute);
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  public ModelFolder folder() {
    return folder;
  }

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
    if (wished.isEmpty() && max < USUAL_SEQ_LEN) {
      listener.warn(Warnings.shortContext(max));
    }
    return wished.orElse(Math.min(USUAL_SEQ_LEN, max));
  }

  public WeightSource weights() {
    return weights;
  }

  public CalibrationDraw calibration(CalibrationSettings settings, int seqLen) {
    return new WindowSampler(tokenizer, settings.samples(), seqLen, settings.seed())
        .draw(Corpus.open(settings.text()));
  }

  /** A file that keeps measurements of this model on these windows. */
  public MeasurementFile statistics(
      Path file, CalibrationSettings settings, TokenWindows calibration) {
    ObjectNode key =
        new ObjectMapper()
            .createObjectNode()
            .put("version", Kernels.version())
            .put("checkpoint", folder.digest())
            .put("corpus", settings.text().getFileName().toString())
            .put("seed", settings.seed())
            .put("samples", calibration.count())
            .put("seq_len", calibration.seqLen())
            .put("windows", calibration.digest())
            .put("compute_dtype", decoder.placement().dtypeName());
    return new MeasurementFile(file, key, MeasuredModel.of(decoder.description()));
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
