package dev.espalier.forward;

import dev.espalier.BadInputException;
import dev.espalier.NumericalException;
import dev.espalier.Progress;
import dev.espalier.device.ComputeDevice;
import dev.espalier.device.HostMemory;
import dev.espalier.device.NativeMemory;
import dev.espalier.model.DecoderBlock;
import dev.espalier.model.DecoderModel;
import dev.espalier.model.layer.InputObserver;
import dev.espalier.model.layer.Linear;
import dev.espalier.text.TokenWindows;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The residual stream of a set of token windows between two blocks: [windows, seqLen, hidden] in
 * the compute dtype. It advances block by block and is overwritten in place, so there is never a
 * second copy. It stays on the model's device if it fits there, else in host memory if it fits
 * there, else in a file; then one batch at a time visits the device. What is computed is the same.
 */
public final class HiddenStates implements AutoCloseable {
  /**
   * What passes through a block together. Constants, not what happens to be free: the batch decides
   * the order of sums, and a resumed run must repeat it.
   *
   * @param bytes of activations
   */
  private record BatchLimit(long bytes, long tokens) {
    /** As much as keeps the caches warm. */
    static final BatchLimit CPU = new BatchLimit(512L << 20, 8192);

    /** As much as keeps a GPU's launches long beside what starting them takes. */
    static final BatchLimit CUDA = new BatchLimit(8L << 30, 8192);

    static BatchLimit of(ComputeDevice device) {
      return device.isCuda() ? CUDA : CPU;
    }
  }

  private final Tensor states;
  private final StatesHome home;
  private final ComputeDevice device;
  private final long windows;
  private final long batch;
  private final Progress progress;

  private HiddenStates(
      Tensor states, StatesHome home, ComputeDevice device, long batch, Progress progress) {
    this.states = states;
    this.home = home;
    this.device = device;
    this.windows = states.size(0);
    this.batch = batch;
    this.progress = progress;
  }

  /**
   * Embeds the windows.
   *
   * @param beside what other work takes while the states are there: they stay on the device only if
   *     there is room for both
   * @param progress told one step per window that has passed through a block, and where the states
   *     stay if there is a choice
   */
  public static HiddenStates embed(
      DecoderModel model, TokenWindows windows, MemoryBeside beside, Progress progress) {
    ActivationMemory memory = new ActivationMemory(model.description(), model.placement());
    ComputeDevice device = model.placement().device();
    long batch = batchSize(memory, device, windows.seqLen());
    StatesHome home = home(device, memory, windows, batch, beside, progress);
    return embed(model, windows, batch, home, progress);
  }

  /** As above, {@code batch} windows at a time, with the states at a chosen place. */
  static HiddenStates embed(
      DecoderModel model, TokenWindows windows, long batch, StatesHome home, Progress progress) {
    Tensor states =
        home == StatesHome.FILE
            ? embedInFile(model, windows, batch)
            : embedInMemory(model, windows, batch, home);
    HiddenStates hidden =
        new HiddenStates(states, home, model.placement().device(), batch, progress);
    if (!hidden.isFinite()) {
      hidden.close();
      model.requireFiniteEnds();
      throw ActivationFault.of("the embedded tokens", states.scalar_type());
    }
    return hidden;
  }

  private static Tensor embedInMemory(
      DecoderModel model, TokenWindows windows, long batch, StatesHome home) {
    return NativeMemory.own(
        () -> {
          Tensor all = null;
          for (int first = 0; first < windows.count(); first += (int) batch) {
            int last = (int) Math.min(windows.count(), first + batch);
            Tensor embedded = model.embed(windows.tensor(first, last));
            if (all == null) {
              all = allocate(windows, embedded, home);
            }
            all.narrow(0, first, last - first).copy_(embedded);
            embedded.close();
          }
          return all;
        });
  }

  private static Tensor embedInFile(DecoderModel model, TokenWindows windows, long batch) {
    long bytes = new ActivationMemory(model.description(), model.placement()).states(windows);
    try (SpillFile file = SpillFile.create(model.placement().workDir(), bytes)) {
      for (int first = 0; first < windows.count(); first += (int) batch) {
        int start = first;
        int last = (int) Math.min(windows.count(), first + batch);
        NativeMemory.run(
            () -> file.append(model.embed(windows.tensor(start, last)).cpu().contiguous()));
      }
      return file.map(
          model.placement().dtype(),
          windows.count(),
          windows.seqLen(),
          model.description().hiddenSize());
    }
  }

  private boolean isFinite() {
    boolean[] finite = {true};
    for (long window = 0; window < windows && finite[0]; window++) {
      Tensor one = states.select(0, window);
      NativeMemory.run(() -> finite[0] = one.isfinite().all().item_bool());
      one.close();
    }
    return finite[0];
  }

  /** How many tokens pass through a block of the model together. */
  public static long batchTokens(DecoderModel model, TokenWindows windows) {
    ActivationMemory memory = new ActivationMemory(model.description(), model.placement());
    long batch = batchSize(memory, model.placement().device(), windows.seqLen());
    return Math.min(batch, windows.count()) * windows.seqLen();
  }

  static long batchSize(ActivationMemory memory, ComputeDevice device, int seqLen) {
    BatchLimit limit = BatchLimit.of(device);
    long tokens = limit.bytes() / memory.activations();
    return Math.max(1, Math.min(limit.tokens(), tokens) / seqLen);
  }

  private static StatesHome home(
      ComputeDevice device,
      ActivationMemory memory,
      TokenWindows windows,
      long batch,
      MemoryBeside beside,
      Progress progress) {
    if (!device.isCuda() && !HostMemory.isKnown()) {
      return StatesHome.DEVICE;
    }
    long host = HostMemory.available();
    StatesHome.Room room =
        new StatesHome.Room(
            memory.states(windows),
            memory.working(Math.min(batch, windows.count()), windows.seqLen(), beside),
            device.isCuda() ? device.freeBytes() : host,
            host);
    StatesHome home = room.home(device.isCuda());
    if (device.isCuda() || home != StatesHome.DEVICE) {
      progress.note(home.describe(device.toString(), windows.count(), room));
    }
    return home;
  }

  private static Tensor allocate(TokenWindows windows, Tensor embedded, StatesHome home) {
    long[] shape = {windows.count(), windows.seqLen(), embedded.size(2)};
    TensorOptions options = embedded.options();
    if (home == StatesHome.HOST) {
      options =
          options
              .device(new DeviceOptional(ComputeDevice.CPU.torch()))
              .pinned_memory(new BoolOptional(embedded.is_cuda()));
    }
    return torch.empty(shape, options, null);
  }

  /** How many windows they are of. */
  public long windows() {
    return windows;
  }

  /** Shows the inputs of the block's linears to {@code observer}; the states stay as they are. */
  public void observe(DecoderBlock block, InputObserver observer) {
    forEachBatch(hidden -> block.observe(hidden, observer));
  }

  /**
   * Passes all windows through the block.
   *
   * @throws BadInputException if a weight of the block is not finite
   * @throws NumericalException if what comes out is not
   */
  public void advance(DecoderBlock block) {
    pass(block, block::forward);
  }

  /** {@link #observe} and {@link #advance} in one forward pass. */
  public void advance(DecoderBlock block, InputObserver observer) {
    pass(block, hidden -> block.forward(hidden, observer));
  }

  private void pass(DecoderBlock block, UnaryOperator<Tensor> step) {
    try (Tensor finite = NativeMemory.own(() -> allTrue())) {
      replaceEachBatch(
          hidden -> {
            Tensor result = step.apply(hidden);
            finite.logical_and_(result.isfinite().all());
            return result;
          });
      if (!finite.item_bool()) {
        block.linears().forEach(Linear::requireFinite);
        throw ActivationFault.of("the outputs of block " + block.index(), states.scalar_type());
      }
    }
  }

  /** On the model's device, where it is looked at once: that waits for all that is queued. */
  private Tensor allTrue() {
    try (Device target = device.torch()) {
      return torch.ones(1).to(target, ScalarType.Bool).squeeze();
    }
  }

  /**
   * Visits the states batch by batch: [batch, seqLen, hidden] on the model's device, valid during
   * the call, not to be modified.
   */
  public void forEachBatch(Consumer<Tensor> visitor) {
    forEachSlice(slice -> visitor.accept(onDevice(slice)));
  }

  private void replaceEachBatch(UnaryOperator<Tensor> step) {
    // Copies to and from pinned memory are queued with the computing, which need not wait.
    boolean queued = home == StatesHome.HOST && device.isCuda();
    forEachSlice(slice -> slice.copy_(step.apply(onDevice(slice)), queued));
  }

  private void forEachSlice(Consumer<Tensor> visitor) {
    for (long first = 0; first < windows; first += batch) {
      long start = first;
      long count = Math.min(batch, windows - first);
      NativeMemory.run(() -> visitor.accept(states.narrow(0, start, count)));
      progress.step(count);
    }
  }

  private Tensor onDevice(Tensor slice) {
    if (home == StatesHome.DEVICE || home == StatesHome.FILE && !device.isCuda()) {
      return slice;
    }
    boolean queued = device.isCuda();
    try (Device target = device.torch()) {
      return slice.to(target, slice.scalar_type(), queued, true, new MemoryFormatOptional());
    }
  }

  @Override
  public void close() {
    states.close();
  }
}
