package dev.espalier.pruning;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.allocation.SparsityPlan;
import dev.espalier.checkpoint.ModelFolderWriter;
import dev.espalier.model.DecoderBlock;
import dev.espalier.model.Linear;
import dev.espalier.model.WeightSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * Finished blocks into a model folder. The plan and the blocks' results travel in the writer's
 * journal, so that an interrupted run goes on with the same plan and reports all of its blocks.
 */
public final class PrunedModelWriter implements PrunedBlocks {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PLAN = "plan";
  private static final String BLOCKS = "blocks";

  private final ModelFolderWriter writer;
  private final List<BlockResult> results;
  private SparsityPlan plan;

  /**
   * @param writer stays the caller's
   */
  public PrunedModelWriter(ModelFolderWriter writer) {
    this.writer = writer;
    ObjectNode state = writer.state();
    this.plan = state.has(PLAN) ? read(state.get(PLAN), SparsityPlan.class) : null;
    this.results = new ArrayList<>();
    state.path(BLOCKS).forEach(block -> results.add(read(block, BlockResult.class)));
  }

  /** The plan an interrupted run was following. */
  public Optional<SparsityPlan> plan() {
    return Optional.ofNullable(plan);
  }

  /** The plan that the coming blocks follow. */
  public void follow(SparsityPlan newPlan) {
    this.plan = newPlan;
  }

  /** The results of all finished blocks, those of an interrupted run included. */
  public List<BlockResult> results() {
    return List.copyOf(results);
  }

  @Override
  public int finished() {
    return results.size();
  }

  /** The finished blocks' weights as they are on disk; the source's for all others. */
  @Override
  public WeightSource weights() {
    return new WeightSource() {
      @Override
      public boolean contains(String name) {
        return writer.contains(name);
      }

      @Override
      public Tensor tensor(String name) {
        return writer.tensor(name);
      }
    };
  }

  @Override
  public void put(DecoderBlock block, BlockResult result) {
    results.add(result);
    ObjectNode state = JSON.createObjectNode();
    state.set(PLAN, JSON.valueToTree(plan));
    ArrayNode blocks = state.putArray(BLOCKS);
    results.forEach(r -> blocks.add(JSON.<JsonNode>valueToTree(r)));
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Linear linear : block.linears()) {
      tensors.put(linear.name(), linear.weight());
    }
    writer.put(tensors, state);
  }

  private static <T> T read(JsonNode json, Class<T> type) {
    try {
      return JSON.treeToValue(json, type);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the journal of the unfinished result is damaged", e);
    }
  }
}
