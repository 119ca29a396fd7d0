package dev.espalier.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The process's standard output. Who reads it through a pipe may stop when he has seen enough; any
 * other failure to write stays known ({@link PrintStream#checkError}).
 */
final class StandardOutput extends OutputStream {
  private static final Path LINK = Path.of("/proc/self/fd/1");

  private final OutputStream out;
  private final boolean pipe;
  private boolean abandoned;

  StandardOutput(OutputStream out, boolean pipe) {
    this.out = out;
    this.pipe = pipe;
  }

  static PrintStream open() {
    OutputStream out = new FileOutputStream(FileDescriptor.out);
    return new PrintStream(new StandardOutput(out, isPipe()), true, charset());
  }

  private static boolean isPipe() {
    try {
      String target = Files.readSymbolicLink(LINK).toString();
      return target.startsWith("pipe:") || target.startsWith("socket:");
    } catch (IOException e) {
      return false;
    }
  }

  /** What Java would take; the first is there from Java 18 on. */
  private static Charset charset() {
    return Stream.of("stdout.encoding", "sun.stdout.encoding")
        .map(System::getProperty)
        .filter(name -> name != null && Charset.isSupported(name))
        .map(Charset::forName)
        .findFirst()
        .orElseGet(Charset::defaultCharset);
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int count) throws IOException {
    if (abandoned) {
      return;
    }
    try {
      out.write(bytes, from, count);
    } catch (IOException e) {
      abandoned = pipe;
      if (!pipe) {
        throw e;
      }
    }
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }
}
