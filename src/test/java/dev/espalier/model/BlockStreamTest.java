package dev.espalier.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.testing.Tensors;
import dev.espalier.testing.TinyModel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BlockStreamTest {
  private static final int BLOCKS = 5;

  private final List<DecoderBlock> loaded = Collections.synchronizedList(new ArrayList<>());
  private final List<Thread> loaders = Collections.synchronizedList(new ArrayList<>());
  private TinyModel source;
  private DecoderModel model;

  @BeforeEach
  void open() {
    source = TinyModel.of(BLOCKS, 32, 48, ScalarType.BFloat16);
    model = source.open();
  }

  @AfterEach
  void close() {
    assertEquals(0, inMemory(), "blocks left in memory");
    model.close();
    source.close();
  }

  private DecoderBlock load(int index) {
    DecoderBlock block = model.loadBlock(index);
    loaded.add(block);
    loaders.add(Thread.currentThread());
    return block;
  }

  private long inMemory() {
    synchronized (loaded) {
      return loaded.stream().filter(block -> !weight(block).isNull()).count();
    }
  }

  private static Tensor weight(DecoderBlock block) {
    return block.linears().get(0).weight();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(20, TimeUnit.SECONDS), "waited in vain");
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Visits and returns the blocks' numbers. */
  private static List<Integer> visit(BlockStream blocks, Consumer<DecoderBlock> visitor) {
    List<Integer> visited = new ArrayList<>();
    blocks.forEach(
        block -> {
          visited.add(block.index());
          visitor.accept(block);
        });
    return visited;
  }

  @Test
  void onDemandOneBlockIsInMemoryAtATime() {
    List<Integer> visited =
        visit(BlockStream.onDemand(BLOCKS, this::load), block -> assertEquals(1, inMemory()));
    assertEquals(List.of(0, 1, 2, 3, 4), visited);
    loaders.forEach(thread -> assertSame(Thread.currentThread(), thread));
  }

  @Test
  void aheadTheNextBlockIsLoadedWhileOneIsVisited() {
    List<CountDownLatch> done = new ArrayList<>();
    for (int i = 0; i < BLOCKS; i++) {
      done.add(new CountDownLatch(1));
    }
    BlockStream blocks =
        BlockStream.ahead(
            BLOCKS,
            index -> {
              DecoderBlock block = load(index);
              done.get(index).countDown();
              return block;
            });
    List<Integer> visited =
        visit(
            blocks,
            block -> {
              boolean last = block.index() == BLOCKS - 1;
              await(done.get(last ? block.index() : block.index() + 1));
              assertEquals(last ? 1 : 2, inMemory(), "the block at work and the next one");
            });
    assertEquals(List.of(0, 1, 2, 3, 4), visited);
    loaders.forEach(thread -> assertNotSame(Thread.currentThread(), thread));
    assertEquals(1, loaders.stream().distinct().count());
  }

  @Test
  void bothGiveTheSameBlocks() {
    try (Tensor hidden = Tensors.random(3, ScalarType.Float, 1, 9, 32)) {
      List<double[]> onDemand = outputs(BlockStream.onDemand(BLOCKS, this::load), hidden);
      List<double[]> ahead = outputs(BlockStream.ahead(BLOCKS, this::load), hidden);
      for (int i = 0; i < BLOCKS; i++) {
        assertEquals(0, java.util.Arrays.compare(onDemand.get(i), ahead.get(i)), "block " + i);
      }
    }
  }

  private static List<double[]> outputs(BlockStream blocks, Tensor hidden) {
    List<double[]> outputs = new ArrayList<>();
    blocks.forEach(
        block -> {
          try (Tensor output = block.forward(hidden)) {
            outputs.add(Tensors.values(output));
          }
        });
    return outputs;
  }

  @Test
  void whatTheLoaderThrowsReachesTheCallerInItsTurn() {
    for (Throwable failure :
        List.of(new IllegalStateException("no weights"), new OutOfMemoryError("no memory"))) {
      BlockStream blocks =
          BlockStream.ahead(
              BLOCKS,
              index -> {
                if (index < 2) {
                  return load(index);
                }
                return BlockStreamTest.<DecoderBlock, RuntimeException>raise(failure);
              });
      List<Integer> visited = new ArrayList<>();
      Throwable thrown =
          assertThrows(
              failure.getClass(), () -> blocks.forEach(block -> visited.add(block.index())));
      assertSame(failure, thrown);
      assertEquals(List.of(0, 1), visited);
      assertEquals(0, inMemory());
    }
  }

  @SuppressWarnings("unchecked")
  private static <T, E extends Throwable> T raise(Throwable failure) throws E {
    throw (E) failure;
  }

  @Test
  void whatTheVisitorThrowsEndsTheVisitsAndClosesTheNextBlock() {
    RuntimeException failure = new RuntimeException("cannot prune");
    for (BlockStream blocks :
        List.of(BlockStream.onDemand(BLOCKS, this::load), BlockStream.ahead(BLOCKS, this::load))) {
      RuntimeException thrown =
          assertThrows(
              RuntimeException.class,
              () ->
                  visit(
                      blocks,
                      block -> {
                        if (block.index() == 1) {
                          throw failure;
                        }
                      }));
      assertSame(failure, thrown);
      assertEquals(0, inMemory());
    }
  }

  @Test
  void theLoadingThreadEndsWithTheVisits() throws InterruptedException {
    BlockStream.ahead(BLOCKS, this::load).forEach(block -> {});
    Thread thread = loaders.get(0);
    thread.join(20_000);
    assertTrue(!thread.isAlive(), "still there");
    assertTrue(thread.isDaemon(), "would keep the program alive");
  }

  @Test
  void aModelOnTheCpuLoadsOnDemand() {
    model.blocks(this::load).forEach(block -> assertEquals(1, inMemory()));
    assertSame(Thread.currentThread(), loaders.get(0));
  }
}
