package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.cli.Runs.Result;
import dev.espalier.device.CudaSupport;
import dev.espalier.testing.Safetensors;
import dev.espalier.testing.Samples;
import dev.espalier.testing.Slow;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is wrong with the input: exit code 2, one sentence, nothing left behind. */
class BadInputTest {
  @TempDir Path temp;
  private Path output;
  private List<String> before;

  @BeforeEach
  void chooseOutput() {
    output = temp.resolve("out");
  }

  /** A prune that writes to {@link #output}, if it writes at all. */
  private Result prune(Object... args) throws IOException {
    before = Folders.listing(temp);
    return Runs.prune(
        Stream.concat(Stream.of(args), Stream.of("--output", output)).toArray(Object[]::new));
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    if (before != null) {
      assertEquals(before, Folders.listing(temp));
    }
  }

  static Stream<Arguments> values() {
    return Stream.of(
        refused("--colour red", "there is no option --colour", "prune --help"),
        refused("--sample 3", "did you mean --samples?"),
        refused("--sparsity_r 0.5", "--sparsity_r (did you mean --sparsity_ratio?)"),
        refused("--prune_m wanda", "--prune_m (did you mean --prune_method?)"),
        refused("--lamda 0.1", "--lamda (did you mean --Lamda?)"),
        refused("--nsamples 3 --nsamples 4", "--nsamples is given twice"),
        refused("--prune_method wanda_dlp --allocation owl", "--allocation is given twice"),
        refused("--prunen 2 --sparsity 0.5", "an N:M pattern needs both numbers"),
        refused("--prune_method wanda_owl_structure", "--sparsity_type N:M, such as 5:8"),
        refused("--sparsity_ration 0.5", "did you mean --sparsity?"),
        refused("stray", "\"stray\" belongs to no option"),
        refused("--method", "--method needs a value"),
        refused("--nsamples", "needs a value"),
        refused("--seed 1 --seed 2", "--seed is given twice, as 1 and as 2"),
        refused("--sparsity 0.5 --sparsity_ratio 0.6", "--sparsity is given twice"),
        refused("--sparsity much", "--sparsity is \"much\", not a number"),
        refused("--samples 1.5 --seq-len 64", "--samples is \"1.5\", not a whole number"),
        refused("--seed x", "--seed is \"x\", not a whole number"),
        refused("--sparsity 1", "sparsity is 1.0", "less than 1", "(--sparsity)"),
        refused("--sparsity -0.1", "sparsity is -0.1", "at least 0"),
        refused("--sparsity NaN", "sparsity is NaN"),
        refused("--sparsity 70", "sparsity is 70.0", "such as 0.7"),
        refused("--allocation dlp --alpha 0", "alpha is 0.0", "greater than 0"),
        refused("--allocation dlp --alpha -1", "alpha is -1.0"),
        refused("--allocation dlp --alpha NaN", "alpha is NaN"),
        refused("--allocation dlp --alpha 1e308", "alpha is 1.0E308", "at most 8.0E307"),
        refused("--allocation lsa --alpha Infinity", "alpha is Infinity", "at most 8.0E307"),
        refused("--allocation owl --owl-m Infinity", "M is Infinity", "a finite number"),
        refused("--allocation atp --beta Infinity", "beta is Infinity", "a finite number"),
        refused("--allocation owl --owl-lambda 0", "lambda is 0.0"),
        refused("--allocation owl --owl-m -5", "M is -5.0"),
        refused(
            "--allocation dlp --dlp-statistic mode", "--dlp-statistic is \"mode\"", "median, mean"),
        refused("--auto-trials 9", "number of trials is 9", "there are 6 candidates"),
        refused("--pattern 4:4", "4:4 is not possible", "0 < N < M"),
        refused("--pattern 0:4", "0:4 is not possible"),
        refused("--pattern 4:2", "4:2 is not possible"),
        refused("--pattern 2:65", "2:65 is not possible", "at most 64"),
        refused("--pattern 2of4", "the pattern \"2of4\" is not known", "2:4", "(--pattern)"),
        refused("--pattern 3:5", "192 columns", "groups of 5", "another pattern (--pattern)"),
        refused(
            "--pattern 2:4 --sparsity 0.7",
            "the sparsity 0.7 contradicts the pattern 2:4",
            "(--sparsity)"),
        refused(
            "--pattern 2:4 --allocation dlp",
            "the allocation dlp cannot apply; leave it out",
            "(--allocation, --pattern)"),
        refused(
            "--pattern 2:4 --method wanda-variant", "wanda-variant cannot make N:M", "(--method)"),
        refused("--allocation uniform --alpha 0.1", "--alpha belongs to --allocation dlp"),
        refused("--allocation owl --beta 0.1", "--beta belongs to --allocation atp"),
        refused("--owl-m 5", "--owl-m belongs to --allocation owl, not to auto"),
        refused("--allocation dlp --owl-m 5", "--owl-m belongs to --allocation owl, not to dlp"),
        refused("--allocation alphapruning --epsilon 2", "epsilon is 2.0", "at most 1"),
        refused("--allocation alphapruning --hill top", "--hill is \"top\"", "peak, mid, scan"),
        refused("--allocation lsa --alpha 0", "alpha is 0.0", "greater than 0"),
        refused("--allocation lsa --granularity row", "--granularity is \"row\"", "block"),
        refused("--allocation dlp --granularity linear", "--granularity belongs to"),
        refused("--allocation nowhere.json", "nowhere.json"),
        refused("--auto-trials 0", "the number of trials is 0", "at least 1", "(--auto-trials)"),
        refused("--allocation dlp --auto-trials 3", "--auto-trials belongs to --allocation auto"),
        refused(
            "--pattern N:8 --sparsity 0.9 --allocation uniform",
            "groups of 8",
            "larger groups (--pattern)"),
        refused("--pattern N:1", "the pattern N:1 is not possible", "from 2 to 64"),
        refused("--pattern N:65", "the pattern N:65 is not possible", "from 2 to 64"),
        refused("--allocation best", "--allocation is \"best\"; choose among auto, uniform, dlp"),
        refused("--method wander", "--method is \"wander\"; choose among wanda"),
        refused("--damping 0.1", "--damping belongs to --method sparsegpt, not to wanda"),
        refused("--method magnitude --block-size 8", "--block-size belongs to --method sparsegpt"),
        refused("--method sparsegpt --damping -1", "the damping is -1.0", "at least 0"),
        refused("--method sparsegpt --damping NaN", "the damping is NaN", "a finite number"),
        refused("--method sparsegpt --damping Infinity", "the damping is Infinity"),
        refused("--method sparsegpt --damping much", "--damping is \"much\", not a number"),
        refused("--method sparsegpt --block-size 0", "the block size is 0", "1 to 1024"),
        refused("--method sparsegpt --block-size 1025", "the block size is 1025", "1 to 1024"),
        refused("--method sparsegpt --block-size 1.5", "the block size is 1.5", "a whole number"),
        refused("--method sparsegpt --block-size 1e30", "the block size is 1.0E30"),
        refused("--allocation atp --beta -1", "beta is -1.0"),
        refused("--allocation atp --beta 0.2", "beta is 0.2", "10 blocks", "at most 0.066666"),
        refused("--samples 100000 --seq-len 64", "tokens", "(--samples, --seq-len, --calibration)"),
        refused(
            "--samples 4 --seq-len 513", "the sequence length is 513", "512 tokens", "(--seq-len)"),
        refused("--samples 4 --seq-len 1", "the sequence length is 1", "at least 2", "(--seq-len)"),
        refused(
            "--samples 0 --seq-len 64", "the number of samples is 0", "at least 1", "(--samples)"),
        refused("--threads 0", "the number of threads is 0", "at least 1", "(--threads)"),
        refused("--device gpu", "the device \"gpu\" is not known", "cuda:N (--device)"),
        refused("--device cudax", "the device \"cudax\" is not known", "cuda:N"),
        refused("--compute-dtype int8", "--compute-dtype is \"int8\"", "bfloat16"),
        refused("--calibration nowhere.txt", "nowhere.txt does not exist"),
        refused("--evaluate nowhere.txt", "nowhere.txt does not exist"),
        refused("--evaluate samples/test.txt,", "--evaluate is empty"),
        refused("--evaluate none,none", "--evaluate none"),
        refused("--calibration none", "--calibration none"),
        refused("--calibration samples", "is a folder"),
        refused("--model=", "--model is empty"),
        refused("--model nowhere --calibration samples/test.txt", "nowhere: there is no such"),
        refused(
            "--model nobody/has/this --calibration samples/test.txt",
            "nobody/has/this: there is no such folder; give one with a model in it, or a name on the"),
        refused("--calibration a.txt:0.5,b.txt", "gives a share to some", "c4:0.8,own.jsonl:0.2"),
        refused("--calibration a.txt,a.txt", "--calibration names a.txt twice"),
        refused("--calibration a.txt:0,b.txt:1", "the share of a.txt is 0.0"),
        refused("--calibration hub:nobody", "\"hub:nobody\" names no data set", "hub:ORG/NAME"),
        refused("--eval_zero_shot", "--eval_zero_shot", "leave it out"),
        refused("--prune_method ablate", "--prune_method \"ablate\" is not known", "wanda"));
  }

  private static Arguments refused(String options, String... parts) {
    return Arguments.of(options, parts);
  }

  @ParameterizedTest
  @MethodSource("values")
  void refusesOptions(String options, String[] parts) throws IOException {
    Result result = prune((Object[]) options.split(" ")).refused(parts);
    assertEquals("", result.out());
  }

  @Test
  void refusesUnknownCommands() {
    Runs.run("prunes")
        .refused("there is no command \"prunes\"", "prune, allocate, search, eval, inspect");
    Runs.run("prunes").refused("(did you mean prune?)");
    Runs.run("serach").refused("(did you mean search?)");
    Runs.run("quantize").refused("there is no command \"quantize\"; the commands are");
    Runs.run("help", "prunes").refused("there is no command \"prunes\"");
  }

  @Test
  void showsTheStackOnlyWithDebug() throws IOException {
    Result result = prune("--sparsity", "2", "--debug");
    assertEquals(ExitCode.BAD_INPUT, result.code());
    assertTrue(result.err().contains("\tat dev.espalier."), result.err());
    assertEquals(1, result.err().lines().filter(line -> line.startsWith("espalier: ")).count());
  }

  @Test
  void refusesCudaWhereThereIsNone() throws IOException {
    Optional<String> obstacle = CudaSupport.probe().obstacle();
    assumeTrue(obstacle.isPresent(), "this machine has CUDA");
    prune("--device", "cuda")
        .refused("the device cuda cannot be used", obstacle.get(), "(--device)");
    prune("--device", "cuda:1").refused("the device cuda:1 cannot be used", obstacle.get());
    Runs.run("eval", "--device", "cuda")
        .refused("the device cuda cannot be used", obstacle.get(), "(--device)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"config.json", "tokenizer.json", Safetensors.SINGLE})
  void namesTheMissingFile(String file) throws IOException {
    Path model = Samples.copy(temp.resolve("model"));
    Files.delete(model.resolve(file));
    pruneModel(model).refused(model.toString(), file);
  }

  private Result pruneModel(Path model, Object... more) throws IOException {
    return prune(
        Stream.concat(Stream.of("--model", model, "--calibration", Sample.TEST), Stream.of(more))
            .toArray());
  }

  @Test
  void listsTheModelTypesItKnows() throws IOException {
    Path model = Samples.copy(temp.resolve("model"));
    Path config = model.resolve("config.json");
    Files.writeString(config, Files.readString(config).replace("\"llama\"", "\"rwkv\""));
    pruneModel(model).refused("rwkv", "llama");
  }

  @Test
  void aConfigCannotSpeakToTheTerminal() throws IOException {
    Path model = Samples.copy(temp.resolve("model"));
    Path config = model.resolve("config.json");
    Files.writeString(
        config, Files.readString(config).replace("\"llama\"", "\"\\u001b[31m\\u009b2J\""));
    pruneModel(model).refused("\"?[31m?2J\"", "llama");
  }

  @Test
  void refusesADamagedConfig() throws IOException {
    Path model = Samples.copy(temp.resolve("model"));
    Files.writeString(model.resolve("config.json"), "{\"model_type\": \"llama\",");
    pruneModel(model).refused("config.json");
  }

  @Test
  void refusesADamagedTokenizer() throws IOException {
    Path model = Samples.copy(temp.resolve("model"));
    Files.writeString(model.resolve("tokenizer.json"), "{}");
    pruneModel(model).refused("tokenizer.json", "download it again");
  }

  @Test
  void refusesATruncatedCheckpoint() throws IOException {
    Path model = Samples.copy(temp.resolve("model"));
    try (RandomAccessFile file =
        new RandomAccessFile(model.resolve(Safetensors.SINGLE).toFile(), "rw")) {
      file.setLength(file.length() - 1000);
    }
    pruneModel(model).refused("model.safetensors", "damaged");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--method wanda --allocation uniform",
        "--method wanda --allocation dlp",
        "--method magnitude --allocation owl",
        "--method sparsegpt --allocation uniform"
      })
  void namesTheTensorWithNaN(String how) throws IOException {
    String tensor = "model.layers.2.mlp.up_proj.weight";
    Path model = withNaN(tensor);
    Result result = pruneModel(model, (Object[]) how.split(" "));
    assertEquals(ExitCode.BAD_INPUT, result.code(), result.err());
    String last = result.err().lines().reduce((a, b) -> b).orElseThrow();
    assertTrue(last.contains(tensor) && last.contains("NaN"), last);
  }

  @Test
  void namesTheNormWithNaN() throws IOException {
    String tensor = "model.layers.3.post_attention_layernorm.weight";
    Path model = withNaN(tensor);
    pruneModel(model, "--method", "magnitude").refused(tensor, "NaN");
    Runs.run("eval", "--model", model, "--evaluate", Sample.TEST).refused(tensor, "NaN");
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.embed_tokens.weight", "model.layers.7.mlp.down_proj.weight"})
  void evaluationNamesTheTensorWithNaN(String tensor) throws IOException {
    Path model = withNaN(tensor);
    Path text = Files.writeString(temp.resolve("a.txt"), Samples.someText(2000));
    Runs.run("eval", "--model", model, "--evaluate", text, "--seq-len", 64)
        .refused(tensor, "NaN or infinite");
  }

  @Test
  void anUnsupportedFamilyIsNamedBeforeAMissingTokenizer() throws IOException {
    Path model = Samples.copy(temp.resolve("model"));
    Files.delete(model.resolve("tokenizer.json"));
    pruneModel(model).refused("no tokenizer.json");
    Path config = model.resolve("config.json");
    Files.writeString(config, Files.readString(config).replace("\"llama\"", "\"mixtral\""));
    pruneModel(model).refused("mixtral", "llama");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"})
  void aFileOfTheModelThatIsAPointerIsNamed(String file) throws IOException {
    Path model = Samples.copy(temp.resolve("model"));
    Files.writeString(
        model.resolve(file), "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n");
    pruneModel(model).refused(file, "Git LFS pointer", "git lfs pull");
  }

  @Test
  void anAllocationOrReportThatIsAPointerIsNamed() throws IOException {
    Path file =
        Files.writeString(
            temp.resolve("plan.json"), "version https://git-lfs.github.com/spec/v1\noid 0\n");
    prune("--allocation", file).refused("plan.json", "Git LFS pointer");
    Runs.run("compare", file, file).refused("plan.json", "Git LFS pointer");
  }

  /** A copy of the sample in which one weight of a tensor is NaN. */
  private Path withNaN(String tensor) throws IOException {
    Path model = Samples.copy(temp.resolve("model"));
    Path weights = model.resolve(Safetensors.SINGLE);
    try (RandomAccessFile file = new RandomAccessFile(weights.toFile(), "rw")) {
      file.seek(Safetensors.position(weights, tensor) + 100);
      file.write(new byte[] {(byte) 0xC0, 0x7F});
    }
    return model;
  }

  @Slow
  @Test
  void refusesTextsThatAreNone() throws IOException {
    Path binary = Files.write(temp.resolve("latin1.txt"), new byte[] {'a', 'b', (byte) 0xE9, 'c'});
    Path empty = Files.createFile(temp.resolve("empty.txt"));
    Path line = Files.writeString(temp.resolve("lines.jsonl"), "{\"text\": \"a\"}\n{broken\n");
    Path shorty = Files.writeString(temp.resolve("short.txt"), "Fellow citizens");
    for (String option : List.of("--calibration", "--evaluate")) {
      String advised = "(--seq-len, " + option + ")";
      prune(option, binary).refused("latin1.txt", "UTF-8", "offset 2");
      prune(option, empty).refused("empty.txt is empty");
      prune(option, line).refused("lines.jsonl", "line 2");
      prune(option, shorty).refused("short.txt", "tokens", "longer text " + advised);
    }
  }

  @Test
  void refusesAnOutputThatExists() throws IOException {
    Files.createDirectories(output);
    Files.writeString(output.resolve("notes.txt"), "precious");
    for (Object[] option : new Object[][] {{}, {"--overwrite"}}) {
      prune(option)
          .refused(
              "out: already exists and holds notes.txt, which no run of Espalier wrote",
              "another output (--output)");
    }
  }

  @Test
  void refusesAnOutputThatIsAFile() throws IOException {
    Files.writeString(output, "precious");
    prune("--overwrite").refused("out: exists and is not a folder");
  }

  @Test
  void refusesToWriteIntoTheInput() throws IOException {
    Path model = Samples.copy(temp.resolve("model"));
    for (Path place : List.of(model, model.resolve("pruned"), temp)) {
      output = place;
      pruneModel(model, "--overwrite").refused("overlaps with the input");
    }
  }

  @Test
  void refusesToWriteBelowAFile() throws IOException {
    output = Files.createFile(temp.resolve("file")).resolve("out");
    prune().refused("file", "cannot be written");
  }

  @Test
  void otherCommandsRefuseToo() {
    Runs.run("eval", "--model", Sample.MODEL).refused("--evaluate is needed");
    Runs.run("eval", "--evaluate", "none").refused("nothing to measure");
    Runs.run("eval", "--seq-len", "9999")
        .refused("the sequence length is 9999", "512", "(--seq-len)");
    Runs.run("eval", "--samples", "3").refused("no option --samples", "eval --help");
    Runs.run("inspect", "--model", "nowhere").refused("nowhere", "no such folder");
    Runs.run("inspect", "--pattern", "unstructured").refused("nothing to verify");
    Runs.run("inspect", "--pattern", "8:4").refused("8:4 is not possible");
    Runs.run("inspect", "--model", Sample.MODEL.resolve("config.json"))
        .refused("config.json", "give the folder");
  }
}
