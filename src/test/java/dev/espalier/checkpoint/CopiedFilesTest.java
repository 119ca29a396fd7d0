package dev.espalier.checkpoint;

import static dev.espalier.checkpoint.Checkpoints.assertRefused;
import static dev.espalier.checkpoint.Checkpoints.run;
import static dev.espalier.checkpoint.Checkpoints.tree;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.files.Json;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes along into a pruned folder, and what is said of the rest. */
class CopiedFilesTest {
  private static final Set<String> ALWAYS =
      Set.of("config.json", "tokenizer.json", "extra/template.txt", "model.safetensors");

  @TempDir Path temporary;
  private Path input;
  private List<LeftBehind> left;

  @BeforeEach
  void makeInput() throws IOException {
    input = Checkpoints.single(Files.createDirectory(temporary.resolve("input")));
  }

  private void add(String name, byte... content) throws IOException {
    Files.createDirectories(input.resolve(name).getParent());
    Files.write(input.resolve(name), content);
  }

  private void addLarge(String name, long bytes) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(input.resolve(name).toFile(), "rw")) {
      file.setLength(bytes);
    }
  }

  /** The copy's files beside those that every copy has. */
  private Set<String> copied() throws IOException {
    Path output = Files.createTempDirectory(temporary, "output");
    try (ModelFolder source = ModelFolder.open(input);
        ModelFolderWriter writer = ModelFolderWriter.open(source, output, false, run(0), run(0))) {
      left = writer.leftBehind();
      writer.finish(Map.of("espalier.json", new byte[0]), new byte[0], Json.object());
    }
    Set<String> files = new TreeSet<>(Checkpoints.copied(output).keySet());
    assertTrue(files.containsAll(ALWAYS));
    files.removeAll(ALWAYS);
    files.remove("espalier.json");
    return files;
  }

  private List<String> leftPaths() {
    return left.stream().map(LeftBehind::path).toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "LICENSE",
        "README.md",
        ".gitattributes",
        "chat_template.jinja",
        "generation_config.json",
        "tokenizer.model",
        "qwen.tiktoken",
        "vocab.json",
        "merges.txt",
        "modeling_own.py",
        "configuration/own.py",
        "1_Pooling/config.json",
        "allocation.json",
        "report.json",
        "trainer_state.json",
        "model.md",
        "model_card.pdf",
        "whatever.unknown",
      })
  void whatIsSmallGoesAlong(String name) throws IOException {
    add(name, (byte) 'x');
    assertEquals(Set.of(name), copied());
    assertEquals(List.of(), left);
    assertTrue(LeftBehind.sentence(left).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pytorch_model.bin",
        "pytorch_model-00001-of-00002.bin",
        "pytorch_model.bin.index.json",
        "model.safetensors.index.json",
        "model.fp16.safetensors.index.json",
        "flax_model.msgpack.index.json",
        "other.safetensors",
        "adapter_model.safetensors",
        "consolidated.00.pth",
        "q4.gguf",
        "ggml-model-q4_0.bin",
        "openvino_model.bin",
        "openvino_model.xml",
        "model.onnx",
        "model.onnx_data",
        "model.onnx.data",
        "weights.npz",
        "tf_model.h5",
        "flax_model.msgpack",
        "rust_model.ot",
        "model.mnn",
        "optimizer.pt",
        "scheduler.pt",
        "rng_state_0.pth",
        "training_args.bin",
        "events.out.tfevents.1700000000.host.1.0",
        "model.safetensors.bak",
        "config.json.bak",
        "pytorch_model.bin.old",
        "model.zip",
        "model.tar.gz",
        "model.part",
        "README.md~",
      })
  void whatIsNoPartOfTheModelStaysBehindAndIsListed(String name) throws IOException {
    add(name, (byte) 'x');
    assertEquals(Set.of(), copied());
    assertEquals(
        "Not copied from the input folder: %s (1 byte).".formatted(name),
        LeftBehind.sentence(left).orElseThrow());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "onnx",
        "openvino",
        "gguf",
        "original",
        ".git",
        ".cache",
        "checkpoint-500",
        "coreml",
        "model.mlpackage",
        "__pycache__"
      })
  void foldersOfOtherThingsStayBehindAsAWhole(String name) throws IOException {
    add(name + "/deep/config.json", new byte[3]);
    add(name + "/weights", new byte[4]);
    assertEquals(Set.of(), copied());
    assertEquals(
        "Not copied from the input folder: %s/ (7 bytes).".formatted(name),
        LeftBehind.sentence(left).orElseThrow());
  }

  @Test
  void theFirstBytesCountWhateverTheName() throws IOException {
    add("one", (byte) 'P', (byte) 'K', (byte) 3, (byte) 4, (byte) 0);
    add("two.data", (byte) 0x80, (byte) 2, (byte) 'c');
    add("three", "GGUF\3\0\0\0".getBytes());
    add("four", (byte) 1, (byte) 2, (byte) 3);
    assertEquals(Set.of("four"), copied());
    assertEquals(List.of("one", "three", "two.data"), leftPaths());
  }

  @Test
  void theSizeCountsButForTheVocabulary() throws IOException {
    addLarge("tokenizer.model", CompanionRule.LARGEST_DOCUMENT + 1);
    addLarge("notes.txt", CompanionRule.LARGEST_DOCUMENT);
    addLarge("corpus.txt", CompanionRule.LARGEST_DOCUMENT + 1);
    addLarge("small.unknown", CompanionRule.LARGEST_UNKNOWN);
    addLarge("large.unknown", CompanionRule.LARGEST_UNKNOWN + 1);
    assertEquals(Set.of("tokenizer.model", "notes.txt", "small.unknown"), copied());
    assertEquals(List.of("corpus.txt", "large.unknown"), leftPaths());
    assertEquals("16.0 MiB", left.get(0).size().orElseThrow());
  }

  @Test
  void ofAnotherNameOfOursItIsSaidThatItStays() throws IOException {
    add("espalier.json", (byte) '1');
    add("report.html", (byte) '2');
    add("sub/report.html", (byte) '4');
    assertEquals(Set.of("sub/report.html"), copied());
    assertEquals(
        "Not copied from the input folder: espalier.json (1 byte, a name that the output needs"
            + " itself), report.html (1 byte, a name that the output needs itself).",
        LeftBehind.sentence(left).orElseThrow());
  }

  @Test
  void theIndexInUseGoesAlong() throws IOException {
    input = Checkpoints.sharded(Files.createDirectory(temporary.resolve("sharded")));
    Path output = temporary.resolve("output");
    try (ModelFolder source = ModelFolder.open(input);
        ModelFolderWriter writer = ModelFolderWriter.open(source, output, false, run(0), run(0))) {
      writer.finish(Map.of(), new byte[0], Json.object());
    }
    assertEquals(tree(input).keySet(), Checkpoints.copied(output).keySet());
  }

  /** The Hub's cache has links to blobs; folders, pipes and the like may be anywhere. */
  @Test
  void linksCountAsWhatTheyPointTo() throws Exception {
    Path blobs = Files.createDirectories(temporary.resolve("blobs/deep"));
    Files.writeString(blobs.resolveSibling("abc"), "{}");
    Files.createSymbolicLink(input.resolve("generation_config.json"), blobs.resolveSibling("abc"));
    Files.createSymbolicLink(input.resolve("linked"), blobs);
    Files.createSymbolicLink(input.resolve("loop"), input);
    Files.createSymbolicLink(input.resolve("device"), Path.of("/dev/zero"));
    Files.createSymbolicLink(input.resolve("old.bin"), Path.of("nowhere"));
    List<String> expected = new ArrayList<>(List.of("device", "linked", "loop", "old.bin"));
    Process mkfifo = new ProcessBuilder("mkfifo", input.resolve("pipe") + "").start();
    if (mkfifo.waitFor() == 0) {
      expected.add("pipe");
    }
    assertEquals(Set.of("generation_config.json"), copied());
    assertEquals(expected, leftPaths());
    String sentence = LeftBehind.sentence(left).orElseThrow();
    for (String part :
        List.of(
            "device (not a regular file)",
            "linked (a link to a folder)",
            "old.bin (a broken symbolic link)")) {
      assertTrue(sentence.contains(part), sentence);
    }
  }

  @Test
  void aBrokenLinkToWhatIsNeededIsRefused() throws IOException {
    Files.createSymbolicLink(input.resolve("merges.txt"), Path.of("nowhere"));
    assertRefused(this::copied, "merges.txt", "broken symbolic link");
  }
}
