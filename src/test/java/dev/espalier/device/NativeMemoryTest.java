package dev.espalier.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.model.DecoderBlock;
import dev.espalier.model.DecoderModel;
import dev.espalier.testing.Fixture;
import dev.espalier.testing.Slow;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NativeMemoryTest {
  private static final long MEGABYTE = 1 << 20;

  private static final int CALLS = 60;

  private final int threads = torch.get_num_threads();

  /** Many small steps: two threads on a busy machine would mostly wait for each other. */
  @BeforeEach
  void useOneThread() {
    torch.set_num_threads(1);
  }

  @AfterEach
  void restoreThreads() {
    torch.set_num_threads(threads);
  }

  /**
   * Fails if repeating the action leaves tensor objects or resident memory behind. The heap of the
   * JVM is resident too, so the action should leave more than a megabyte behind if it fails.
   */
  private static void assertSteady(Runnable action) {
    for (int i = 0; i < CALLS / 5; i++) {
      action.run();
    }
    long objects = Pointer.totalCount();
    long resident = Pointer.physicalBytes();
    for (int i = 0; i < CALLS; i++) {
      action.run();
    }
    assertTrue(Pointer.totalCount() <= objects, "native objects are left behind");
    long growth = Pointer.physicalBytes() - resident;
    assertTrue(growth < CALLS * MEGABYTE, () -> growth / MEGABYTE + " MB are left behind");
  }

  @Slow
  @Test
  void runningABlockLeavesNothingBehind() {
    Fixture fixture = Fixture.sample();
    try (DecoderModel model = fixture.open();
        DecoderBlock block = model.loadBlock(0);
        Tensor tokens = fixture.tokens(128, 16);
        Tensor hidden = model.embed(tokens)) {
      assertSteady(() -> block.forward(hidden).close());
      assertSteady(() -> block.observe(hidden, (input, x) -> {}));
    }
  }

  @Test
  void modelsAndBlocksLeaveNothingBehind() {
    Fixture fixture = Fixture.sample();
    Tensor tokens = fixture.tokens(1, 16);
    assertSteady(
        () -> {
          try (DecoderModel model = fixture.open();
              DecoderBlock block = model.loadBlock(3);
              Tensor hidden = model.embed(tokens);
              Tensor output = block.forward(hidden)) {
            model.logits(output).close();
          }
        });
  }

  @Test
  void aFailedLoadLeavesNothingBehind() {
    Fixture fixture = Fixture.sample();
    DecoderModel model = fixture.open();
    fixture.tensors.remove("model.layers.0.mlp.down_proj.weight");
    assertSteady(() -> assertThrows(RuntimeException.class, () -> model.loadBlock(0)));
  }

  @Test
  void resultsBelongToTheCallersScopeOrToTheCaller() {
    Fixture fixture = Fixture.family("llama_plain");
    try (DecoderModel model = fixture.open();
        DecoderBlock block = model.loadBlock(0)) {
      Tensor kept;
      Tensor hidden = model.embed(fixture.tokens(1, 4));
      try (PointerScope scope = new PointerScope()) {
        kept = block.forward(hidden);
        assertFalse(kept.isNull());
      }
      assertTrue(kept.isNull(), "the caller's scope frees it");
      try (PointerScope scope = new PointerScope()) {
        Tensor early = block.forward(hidden);
        early.close();
        assertTrue(early.isNull(), "it can be freed early");
      }
      Tensor free = block.forward(hidden);
      assertEquals(4 * 32, free.numel());
      free.close();
      assertTrue(free.isNull(), "without a scope the caller frees it");
    }
  }

  @Test
  void weightsOutliveTheScopeTheyWereLoadedIn() {
    Fixture fixture = Fixture.family("llama_plain");
    try (DecoderModel model = fixture.open();
        Tensor hidden = model.embed(fixture.tokens(1, 4))) {
      DecoderBlock block;
      try (PointerScope scope = new PointerScope()) {
        block = model.loadBlock(0);
        model.logits(block.forward(hidden));
      }
      try (Tensor output = block.forward(hidden);
          Tensor logits = model.logits(output)) {
        assertEquals(4 * 160, logits.numel());
      }
      block.close();
      assertTrue(block.linears().get(0).weight().isNull());
    }
  }

  @Test
  void whatAnObserverCreatesIsItsOwn() {
    Fixture fixture = Fixture.family("llama_plain");
    List<Tensor> sums = new ArrayList<>();
    try (DecoderModel model = fixture.open();
        DecoderBlock block = model.loadBlock(0);
        Tensor hidden = model.embed(fixture.tokens(1, 4))) {
      block.observe(hidden, (input, x) -> sums.add(x.sum()));
    }
    for (Tensor sum : sums) {
      assertTrue(Double.isFinite(sum.item_double()));
      sum.close();
      assertTrue(sum.isNull());
    }
  }

  @Test
  void aReferenceIntoAContainerCannotGetOut() {
    assertThrows(
        IllegalStateException.class,
        () -> NativeMemory.compute(() -> new TensorVector(torch.ones(2)).get(0)));
  }

  @Test
  void nothingIsRecordedForGradients() {
    try (Tensor parameter = torch.ones(2)) {
      parameter.set_requires_grad(true);
      try (Tensor result = NativeMemory.compute(() -> parameter.add(new Scalar(1)))) {
        assertFalse(result.requires_grad());
      }
    }
  }
}
