package dev.espalier.pruning;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.StorageException;
import dev.espalier.allocation.SparsityPlan;
import dev.espalier.checkpoint.ModelFolderWriter;
import dev.espalier.checkpoint.WeightSource;
import dev.espalier.device.HostCopy;
import dev.espalier.device.NativeMemory;
import dev.espalier.files.Json;
import dev.espalier.model.DecoderBlock;
import dev.espalier.model.DecoderModel;
import dev.espalier.model.layer.Linear;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Finished blocks into a model folder. A block is written while the next one is pruned: its weights
 * are in memory, as they are stored, until then. The plan and the blocks' results travel in the
 * writer's journal, so that an interrupted run goes on with the same plan and reports all of its
 * blocks.
 */
public final class PrunedModelWriter implements PrunedBlocks, AutoCloseable {
  private static final String PLAN = "plan";
  private static final String ORIGIN = "origin";
  private static final String BLOCKS = "blocks";
  private static final String TAKEN = "taken";

  /** The block that is being written and the one that is finished meanwhile. */
  private static final int IN_MEMORY = 2;

  private final ModelFolderWriter writer;
  private final boolean weightsUpdated;
  private final Supplier<List<?>> taken;
  private final List<BlockResult> results;
  private final WriteBehind behind = new WriteBehind();
  private SparsityPlan plan;
  private JsonNode origin;

  /**
   * @param writer stays the caller's
   * @param method whose blocks are to come
   * @param taken what the run has taken so far, records that JSON can hold; asked for with every
   *     block
   */
  public PrunedModelWriter(
      ModelFolderWriter writer, PruningMethod method, Supplier<List<?>> taken) {
    this.taken = taken;
    this.writer = writer;
    this.weightsUpdated = method.updatesWeights();
    ObjectNode state = writer.state();
    this.plan = state.has(PLAN) ? read(state.get(PLAN), SparsityPlan.class) : null;
    this.origin = state.get(ORIGIN);
    this.results = new ArrayList<>();
    state.path(BLOCKS).forEach(block -> results.add(read(block, BlockResult.class)));
  }

  /** How much of the host's memory finished blocks take until they are written. */
  public static long hostBytes(DecoderModel model) {
    return IN_MEMORY
        * IntStream.range(0, model.blockCount())
            .mapToLong(block -> BlocksInMemory.bytes(model, block))
            .max()
            .orElse(0);
  }

  /** The plan an interrupted run was following. */
  public Optional<SparsityPlan> plan() {
    return Optional.ofNullable(plan);
  }

  /**
   * The plan that the coming blocks follow.
   *
   * @param newOrigin how it came about, a record that JSON can hold
   */
  public void follow(SparsityPlan newPlan, Object newOrigin) {
    this.plan = newPlan;
    this.origin = Json.of(newOrigin);
  }

  /** How the plan came about, in an interrupted run or in this one. */
  public <T> T origin(Class<T> type) {
    return read(origin, type);
  }

  /** What an interrupted run had taken when its last block was finished. */
  public <T> List<T> taken(Class<T> type) {
    List<T> known = new ArrayList<>();
    writer.state().path(TAKEN).forEach(record -> known.add(read(record, type)));
    return known;
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
    return writer;
  }

  /**
   * @throws StorageException if the disk is full, for this block or for the one before
   */
  @Override
  public void put(DecoderBlock block, BlockResult result) {
    results.add(result);
    ObjectNode state = state();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    try {
      block.linears().forEach(linear -> tensors.put(linear.name(), stored(linear)));
      behind.start(() -> write(tensors, state));
    } catch (RuntimeException | Error e) {
      tensors.values().forEach(Tensor::close);
      throw e;
    }
  }

  @Override
  public void sync() {
    behind.await();
  }

  /** As {@link #sync}; this is no more to be used then. */
  @Override
  public void close() {
    behind.close();
  }

  private ObjectNode state() {
    ObjectNode state = Json.object();
    state.set(PLAN, Json.of(plan));
    state.set(ORIGIN, origin);
    ArrayNode blocks = state.putArray(BLOCKS);
    results.forEach(r -> blocks.add(Json.of(r)));
    state.set(TAKEN, Json.of(taken.get()));
    return state;
  }

  private void write(Map<String, Tensor> tensors, ObjectNode state) {
    try {
      writer.put(tensors, state);
    } finally {
      tensors.values().forEach(Tensor::close);
    }
  }

  /**
   * The linear's weight as the checkpoint will hold it, in host memory. Where the method leaves the
   * survivors alone they keep their bits, even if the block was computed in a coarser dtype.
   */
  private Tensor stored(Linear linear) {
    return NativeMemory.own(
        () -> {
          Tensor weight = linear.weight();
          ScalarType dtype = writer.entry(linear.name()).dtype().scalarType();
          if (weightsUpdated) {
            return HostCopy.of(weight.to(dtype));
          }
          Scalar zero = new Scalar(0.0);
          Tensor pruned = weight.eq(zero);
          return weight.scalar_type().intern() == dtype.intern()
              ? HostCopy.of(weight.masked_fill(pruned, zero))
              : writer.tensor(linear.name()).masked_fill(HostCopy.of(pruned), zero);
        });
  }

  private static <T> T read(JsonNode json, Class<T> type) {
    try {
      return Json.value(json, type);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the journal of the unfinished result is damaged", e);
    }
  }
}
