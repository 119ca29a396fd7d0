package dev.espalier.kernels;

import dev.espalier.kernels.internal.NativeSetup;
import java.util.List;

/**
 * libtorch, loaded the way it works best with Espalier. Everything of Espalier's sees to that by
 * itself; only who uses libtorch before the first call of Espalier must call {@link #load} first.
 *
 * <p>Idle threads of OpenMP and OpenBLAS then sleep instead of spinning ({@code
 * OMP_WAIT_POLICY=passive}, {@code OPENBLAS_THREAD_TIMEOUT=18}) unless the environment says
 * otherwise, JavaCPP does not count mapped checkpoints as memory ({@code
 * -Dorg.bytedeco.javacpp.maxPhysicalBytes=0}) unless a property says otherwise, and no part of a
 * libtorch that the system has is loaded beside ours.
 */
public final class Natives {
  private Natives() {}

  /** Loads libtorch, the first time. */
  public static void load() {
    NativeSetup.load();
  }

  /**
   * What could not be seen to any more because JavaCPP or libtorch was in use before: a sentence
   * each, with its remedy, for people. Runs pass them on as notes.
   */
  public static List<String> remarks() {
    return NativeSetup.remarks();
  }
}
