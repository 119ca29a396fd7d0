package dev.espalier.job;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.allocation.DenseModel;
import dev.espalier.allocation.MeasurementFile;
import dev.espalier.calibration.CalibrationDraw;
import dev.espalier.calibration.Corpus;
import dev.espalier.calibration.EvaluationWindows;
import dev.espalier.calibration.HuggingFaceTokenizer;
import dev.espalier.calibration.TokenWindows;
import dev.espalier.calibration.WindowSampler;
import dev.espalier.checkpoint.ModelFolder;
import dev.espalier.kernels.Kernels;
import dev.espalier.model.CheckpointWeights;
import dev.espalier.model.DecoderModel;
import dev.espalier.model.WeightSource;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/** A model folder ready to run: checkpoint, decoder and tokenizer, closed together. */
final class LoadedModel implements AutoCloseable {
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

  static LoadedModel open(Path path, ComputeSettings compute) {
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

  ModelFolder folder() {
    return folder;
  }

  DecoderModel decoder() {
    return decoder;
  }

  /** The wished length, or the usual one; never more than the model is meant for. */
  int seqLen(OptionalInt wished, JobListener listener) {
    int max = decoder.description().maxPositions();
    if (wished.isPresent() && wished.getAsInt() > max) {
      throw new BadInputException(
          "--seq-len is %d, but the model's context is %d tokens"
              .formatted(wished.getAsInt(), max));
    }
    if (wished.isEmpty() && max < USUAL_SEQ_LEN) {
      listener.warn(Warnings.shortContext(max));
    }
    return wished.orElse(Math.min(USUAL_SEQ_LEN, max));
  }

  WeightSource weights() {
    return weights;
  }

  CalibrationDraw calibration(CalibrationSettings settings, int seqLen) {
    return new WindowSampler(tokenizer, settings.samples(), seqLen, settings.seed())
        .draw(Corpus.open(settings.text()));
  }

  /** A file that keeps measurements of this model on these windows. */
  MeasurementFile statistics(Path file, CalibrationSettings settings, TokenWindows calibration) {
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
    return new MeasurementFile(file, key, DenseModel.of(decoder.description()));
  }

  /** Windows that are known to suit the model, for they are taken up last. */
  List<TokenWindows> evaluation(List<Path> texts, int seqLen) {
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
