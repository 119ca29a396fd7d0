package dev.espalier.text;

import dev.espalier.BadInputException;
import dev.espalier.Progress;
import dev.espalier.hub.Hub;
import dev.espalier.hub.HubCopy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Where a text is: in a file, or under one of these names where there is no file of that name: a
 * data set of the papers ({@link DataSet}), or {@code hub:ORG/NAME[/PATH]} on the Hub.
 *
 * @param path the file, or the name in its place
 * @param field in which JSON lines and Parquet hold texts; the data sets of the papers know theirs
 */
public record TextSource(Path path, String field) {
  /** What the field is called where nothing else is said. */
  public static final String USUAL_FIELD = "text";

  /** With the usual field. */
  public static TextSource of(Path path) {
    return new TextSource(path, USUAL_FIELD);
  }

  /**
   * Looks whether it can be opened, without reading it.
   *
   * @throws BadInputException if it is a file that is missing or not what its name says
   */
  public void requireReadable() {
    if (isFile()) {
      Corpus.requireReadable(path);
    }
  }

  /** The file; absent if it is a name. */
  public Optional<Path> file() {
    return isFile() ? Optional.of(path) : Optional.empty();
  }

  private boolean isFile() {
    return Files.exists(path) || dataSet().isEmpty() && hubText().isEmpty();
  }

  private Optional<DataSet> dataSet() {
    return DataSet.named(path.toString());
  }

  private Optional<HubText> hubText() {
    return HubText.parse(path.toString());
  }

  /**
   * What calibration windows are drawn from.
   *
   * @param progress hears how far reading has come where it takes a while
   * @throws BadInputException if it cannot be read
   */
  public Corpus calibration(Progress progress) {
    return open(Hub::standard, Purpose.CALIBRATION, progress);
  }

  /**
   * The windows perplexity is measured on.
   *
   * @param progress hears how far reading has come where it takes a while
   * @throws BadInputException if it cannot be read, or is too short
   */
  public TokenWindows evaluation(Tokenizer tokenizer, int seqLen, Progress progress) {
    return evaluation(Hub::standard, tokenizer, seqLen, progress);
  }

  TokenWindows evaluation(Supplier<Hub> hub, Tokenizer tokenizer, int seqLen, Progress progress) {
    TokenWindows windows =
        EvaluationWindows.of(open(hub, Purpose.EVALUATION, progress), tokenizer, seqLen, progress);
    return isFile() ? windows : dataSet().map(set -> set.published(windows)).orElse(windows);
  }

  Corpus open(Supplier<Hub> standard, Purpose purpose, Progress progress) {
    if (isFile()) {
      return Corpus.open(path, field, progress);
    }
    try {
      Hub hub = standard.get();
      return dataSet()
          .map(set -> open(set, hub, purpose, progress))
          .orElseGet(() -> open(hubText().orElseThrow(), hub, purpose, progress));
    } catch (BadInputException e) {
      throw e.settings().isEmpty()
          ? new BadInputException("%s: %s".formatted(path, e.getMessage()), e, purpose.setting())
          : e;
    }
  }

  private static Corpus open(DataSet set, Hub hub, Purpose purpose, Progress progress) {
    HubCopy copy = hub.file(set.repository(), set.file(purpose), progress);
    tell(set.describe(purpose), copy, set.file(purpose), progress);
    List<String> documents = Corpus.documents(copy.path(), set.field(), progress);
    return set.corpus(purpose, documents);
  }

  private Corpus open(HubText text, Hub hub, Purpose purpose, Progress progress) {
    HubCopy copy = text.fetch(hub, purpose, progress);
    tell(path.toString(), copy, copy.path().getFileName().toString(), progress);
    return Corpus.open(copy.path(), field, progress);
  }

  private static void tell(String name, HubCopy copy, String file, Progress progress) {
    progress.note("%s is %s of %s at commit %s.".formatted(name, file, copy.name(), copy.commit()));
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
