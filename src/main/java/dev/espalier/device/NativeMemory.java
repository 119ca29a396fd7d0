package dev.espalier.device;

import dev.espalier.kernels.Natives;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Keeps native memory in step with the code: temporaries die where they were made, and exactly one
 * tensor gets out.
 */
public final class NativeMemory {
  static {
    Natives.load();
  }

  private NativeMemory() {}

  /**
   * Runs a computation without autograd and frees everything it created except its result, which
   * then belongs to the scope around this call if there is one, and to the caller otherwise.
   *
   * @param body must return a tensor object created in it, not one it was given, nor a mere
   *     reference into a native container
   */
  public static Tensor compute(Supplier<Tensor> body) {
    Tensor result = own(body);
    PointerScope outer = PointerScope.getInnerScope();
    if (outer != null) {
      outer.attach(result);
      result.releaseReference();
    }
    return result;
  }

  /** As {@link #compute}, but the result belongs to no scope: whoever asked for it closes it. */
  public static Tensor own(Supplier<Tensor> body) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      Tensor result = body.get();
      if (result.referenceCount() < 1) {
        throw new IllegalStateException("The result does not own its native tensor.");
      }
      result.retainReference();
      return result;
    }
  }

  /** As {@link #compute}, without a result. */
  public static void run(Runnable body) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      body.run();
    }
  }

  /**
   * Runs code that is not ours in the midst of a computation. What it creates is not freed with our
   * temporaries, as if it had been called outside of all scopes.
   */
  public static void callOut(Runnable foreign) {
    try (PointerScope scope = new PointerScope()) {
      scope.extend();
      foreign.run();
    }
  }
}
