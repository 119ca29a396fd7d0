package dev.espalier.report.html;

import dev.espalier.evaluation.Perplexity;
import dev.espalier.pruning.BlockResult;
import dev.espalier.pruning.LinearError;
import dev.espalier.pruning.LinearResult;
import dev.espalier.report.CorpusPerplexity;
import dev.espalier.report.Origin;
import dev.espalier.report.PruneReport;
import dev.espalier.report.Trial;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** Reports of runs that nobody has to wait for. */
final class Reports {
  private static final List<String> LINEARS =
      List.of(
          "self_attn.q_proj",
          "self_attn.k_proj",
          "self_attn.v_proj",
          "self_attn.o_proj",
          "mlp.gate_proj",
          "mlp.up_proj",
          "mlp.down_proj");

  private Reports() {}

  /** Of a model with so many LLaMA blocks. */
  static PruneReport of(String model, int blocks, double pruned) {
    return new PruneReport(
        model,
        "1f2e",
        "2a3b",
        "pruned/" + model,
        "sparsegpt",
        Map.of("damping", 0.01, "block_size", 128),
        new PruneReport.Allocation(
            "dlp",
            Map.of("alpha", 0.15),
            "train.txt, held out",
            List.of(
                new Trial("uniform", Map.of(), 8.5, 8.4, true),
                new Trial("dlp", Map.of("alpha", 0.15, "statistic", "median"), 8.1, 8.0, false))),
        "unstructured",
        "exact",
        0.7,
        false,
        new PruneReport.Calibration("train.txt", 128, 2048, 0, "abc"),
        new PruneReport.Compute(
            "cuda:0",
            "bfloat16",
            16,
            new TreeMap<>(Map.of("tf32", false, "flash_attention", true))),
        blocks(blocks),
        List.of(
            new CorpusPerplexity(
                new Perplexity.Protocol("test.txt", "9a8b", 2048, 146, "bfloat16"),
                5.4,
                pruned,
                OptionalDouble.of(20))),
        new Origin(
            Optional.of("espalier prune --model " + model),
            Instant.parse("2026-11-28T21:40:15Z"),
            Optional.empty()),
        4100,
        List.of(new PruneReport.Phase("prune", 4000, 1L << 36)),
        List.of("The model's context is 2048 tokens."),
        List.of("Resuming after 3 finished blocks."));
  }

  private static List<BlockResult> blocks(int count) {
    List<BlockResult> blocks = new ArrayList<>();
    for (int b = 0; b < count; b++) {
      List<LinearResult> linears = new ArrayList<>();
      for (String name : LINEARS) {
        int kind = linears.size();
        double target = 0.7 + 0.15 * Math.sin(0.1 * b) + 0.01 * kind;
        double error = 0.1 + 0.002 * b + 0.03 * kind + 0.02 * Math.sin(b * (kind + 1));
        linears.add(
            new LinearResult(
                "model.layers.%d.%s.weight".formatted(b, name),
                8192,
                8192,
                target,
                LinearResult.Before.DENSE,
                Math.round(target * 8192 * 8192),
                0,
                new LinearError(LinearError.Measure.OUTPUT, error, b == 3 ? 0.1 : 0.01),
                1.5));
      }
      blocks.add(new BlockResult(b, linears));
    }
    return blocks;
  }
}
