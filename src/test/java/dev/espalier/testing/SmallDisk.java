package dev.espalier.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A file system of a few MiB that really runs full. It is mounted for one process, which sees it
 * alone: in a user namespace, or where those are forbidden as root, also with a {@code sudo} that
 * asks for nothing. Where none of them may be had, the test is skipped.
 */
public final class SmallDisk {
  private static final int PAGE = 4096;

  private SmallDisk() {}

  /** What happens on the disk. Has a constructor without parameters. */
  public interface Story {
    /**
     * @param disk empty; what lies beside it is on the disk of the test
     */
    void tell(Path disk) throws Exception;
  }

  /**
   * Mounts a disk and tells a story on it, in a JVM of its own; fails if the story does.
   *
   * @param folder an empty one, in which the disk appears to the story as {@code disk}
   */
  public static void tell(Class<? extends Story> story, long kib, Path folder)
      throws IOException, InterruptedException {
    tell(story, kib, "", folder);
  }

  /**
   * The same with a disk that is mounted otherwise.
   *
   * @param options of mount, each after a comma, such as {@code ,noexec}
   */
  public static void tell(Class<? extends Story> story, long kib, String options, Path folder)
      throws IOException, InterruptedException {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    List<Mount> mounts = Mount.all(folder);
    Optional<Mount> mount = Optional.empty();
    for (Mount next : mounts) {
      if (mount.isEmpty() && run(next.around(64, "", disk, List.of("true")), folder) == 0) {
        mount = Optional.of(next);
      }
    }
    assumeTrue(mount.isPresent(), "no small disk without user namespaces, root or sudo");
    List<String> jvm = JavaProcess.command(List.of(), SmallDisk.class, story.getName(), disk);
    int code = run(mount.get().around(kib, options, disk, jvm), folder);
    assertEquals(0, code, () -> read(folder.resolve("log")));
  }

  /** The process on the disk. */
  public static void main(String[] arguments) throws Exception {
    Constructor<?> story = Class.forName(arguments[0]).getDeclaredConstructor();
    story.setAccessible(true);
    ((Story) story.newInstance()).tell(Path.of(arguments[1]));
  }

  /** Writes a file until the disk has no more than so many bytes left. */
  public static void fill(Path file, long left) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      long bytes = Files.getFileStore(file).getUsableSpace() - left;
      for (long written = 0; written < bytes; written += PAGE) {
        out.write(new byte[PAGE]);
      }
    }
  }

  private static int run(List<String> command, Path folder)
      throws IOException, InterruptedException {
    ProcessBuilder process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile());
    try {
      return process.start().waitFor();
    } catch (IOException e) {
      return -1; // there is no such program
    }
  }

  private static String read(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /**
   * A way to mount a disk that only a command and its children see.
   *
   * @param before what makes the command's own view of the file systems
   * @param owner of the disk
   * @param after what the command is started through on the disk
   */
  private record Mount(List<String> before, String owner, List<String> after) {
    private static final String SCRIPT =
        "mount -t tmpfs -o \"$1\" espalier \"$2\" && shift 2 && exec \"$@\"";

    static List<Mount> all(Path folder) throws IOException {
      Object user = Files.getAttribute(folder, "unix:uid");
      Object group = Files.getAttribute(folder, "unix:gid");
      List<String> asUser =
          List.of("setpriv", "--reuid=" + user, "--regid=" + group, "--clear-groups");
      return List.of(
          new Mount(List.of("unshare", "--user", "--map-root-user", "--mount"), "", List.of()),
          new Mount(List.of("unshare", "--mount"), "", List.of()),
          new Mount(
              List.of("sudo", "-n", "unshare", "--mount"),
              ",uid=" + user + ",gid=" + group,
              asUser));
    }

    List<String> around(long kib, String options, Path disk, List<String> command) {
      List<String> words = new ArrayList<>(before);
      String how = "size=" + kib + "k" + owner + options;
      words.addAll(List.of("sh", "-c", SCRIPT, "sh", how, disk.toString()));
      words.addAll(after);
      words.addAll(command);
      return words;
    }
  }
}
