package dev.espalier.standin;

import dev.espalier.cli.Espalier;
import dev.espalier.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The command line in a process of its own, on a stand-in for CUDA devices (src/test/standin).
 *
 * @param megabytes of each device
 * @param launchMicros what a launch takes at least
 * @param syncMillis what forcing a file to the disk takes at least
 */
record Standin(int devices, int megabytes, int launchMicros, int syncMillis) {
  private static final Path LIBRARIES =
      Path.of(System.getProperty("native.build", "target/standin/native"), "standin");

  /** One device with room for everything, and a fast disk. */
  static Standin usual() {
    return new Standin(1, 79 << 10, 0, 0);
  }

  /** What a run said and asked for. */
  record Run(String err, Trace trace) {}

  /** Runs a command, which must succeed. */
  Run run(Object... arguments) throws IOException, InterruptedException {
    Path trace = Files.createTempFile("standin", ".jsonl");
    try {
      ChildJvm.Result result =
          new ChildJvm(Espalier.class)
              .option("-Dorg.bytedeco.javacpp.maxPhysicalBytes=0")
              .option("-Djava.library.path=")
              .environment("LD_LIBRARY_PATH", LIBRARIES.toString())
              .environment(
                  "LD_PRELOAD", library("libcudart.so.13") + ":" + library("libslow_disk.so"))
              .environment("STANDIN_TRACE", trace.toString())
              .environment("STANDIN_DEVICES", Integer.toString(devices))
              .environment("STANDIN_MB", Integer.toString(megabytes))
              .environment("STANDIN_LAUNCH_US", Integer.toString(launchMicros))
              .environment("STANDIN_SYNC_MS", Integer.toString(syncMillis))
              .run(arguments)
              .succeeded();
      return new Run(result.err(), Trace.read(trace));
    } finally {
      Files.delete(trace);
    }
  }

  private static String library(String name) {
    return LIBRARIES.resolve(name).toString();
  }
}
