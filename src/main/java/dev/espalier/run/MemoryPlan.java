package dev.espalier.run;

import dev.espalier.evaluation.PerplexityMeter;
import dev.espalier.forward.Footprint;
import dev.espalier.forward.MemoryBeside;
import dev.espalier.forward.Space;
import dev.espalier.measurement.DensePass;
import dev.espalier.model.DecoderModel;
import dev.espalier.model.description.BlockDescription;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.pruning.PruningMethod;
import dev.espalier.statistics.BlockStatistics;
import dev.espalier.statistics.InputStatistics;
import dev.espalier.statistics.StatisticsSource;
import dev.espalier.text.TokenWindows;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the phases of a run take, each by itself, for they never coincide. It knows which parts are
 * at work together; what a part takes, it asks that part.
 *
 * @param free what there is
 */
public record MemoryPlan(DecoderModel model, Space free) {

  /** What pruning takes of the device beside the windows' way through the model. */
  static MemoryBeside pruning(
      DecoderDescription model, PruningMethod method, StatisticsSource inputs) {
    InputStatistics.Kind kind = method.statistics();
    long statistics = 0;
    long pruning = 0;
    for (BlockDescription block : model.blocks()) {
      statistics = Math.max(statistics, BlockStatistics.bytes(block, kind));
      pruning =
          Math.max(pruning, block.linears().stream().mapToLong(method::bytes).max().orElse(0));
    }
    long first = inputs.keepsFirst() ? BlockStatistics.bytes(model.blocks().get(0), kind) : 0;
    return new MemoryBeside(first + statistics, pruning);
  }

  /** Of a dense pass. */
  public Footprint measuring(DensePass pass, TokenWindows windows) {
    return Footprint.of(model, List.of(windows), pass.beside(), 0, free);
  }

  /**
   * Of pruning that is measured on the way.
   *
   * @param run with its calibration windows
   * @param texts that it is measured on at the same time; may be empty
   * @param host what becomes of finished blocks takes of the host's memory
   */
  public Footprint pruning(PruningRun run, List<TokenWindows> texts, long host) {
    MemoryBeside beside = run.memory();
    for (TokenWindows text : texts) {
      beside = beside.and(PerplexityMeter.beside(model, text));
    }
    List<TokenWindows> sets = Stream.concat(texts.stream(), Stream.of(run.calibration())).toList();
    return Footprint.of(model, sets, beside, host, free);
  }

  /** Of measuring a model on a text. */
  public Footprint evaluating(TokenWindows text) {
    return Footprint.of(model, List.of(text), PerplexityMeter.beside(model, text), 0, free);
  }
}
