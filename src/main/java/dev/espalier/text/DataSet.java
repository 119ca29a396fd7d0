package dev.espalier.text;

import dev.espalier.hub.HubName;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A data set of the papers: where it lies on the Hub, and how the published loaders join and cut
 * it.
 */
public enum DataSet {
  /**
   * WikiText-2, raw: documents joined with a space to calibrate, with an empty line to evaluate.
   */
  WIKITEXT2(
      new HubName("Salesforce/wikitext", HubName.MAIN),
      "text",
      "wikitext-2-raw-v1/train-00000-of-00001.parquet",
      Optional.of(" "),
      new Evaluated("wikitext-2-raw-v1/test-00000-of-00001.parquet", "test", "\n\n")),
  /** C4, English: the first shard to calibrate, the beginning of the validation split. */
  C4(
      new HubName("allenai/c4", HubName.MAIN),
      "text",
      "en/c4-train.00000-of-01024.json.gz",
      Optional.empty(),
      new Evaluated("en/c4-validation.00000-of-00008.json.gz", "validation", " ", 1100, 256)),
  /** The Penn Treebank, its sentences joined with a space. */
  PTB(
      new HubName("ptb-text-only/ptb_text_only", "refs/convert/parquet"),
      "sentence",
      "penn_treebank/train/0000.parquet",
      Optional.of(" "),
      new Evaluated("penn_treebank/test/0000.parquet", "test", " "));

  private final HubName repository;
  private final String field;
  private final String train;
  private final Optional<String> separator;
  private final Evaluated evaluated;

  /** What perplexity is measured on: a file, its split, and how much of it. */
  private record Evaluated(
      String file, String split, String separator, int documents, int windows) {
    Evaluated(String file, String split, String separator) {
      this(file, split, separator, Integer.MAX_VALUE, Integer.MAX_VALUE);
    }
  }

  DataSet(
      HubName repository,
      String field,
      String train,
      Optional<String> separator,
      Evaluated evaluated) {
    this.repository = repository;
    this.field = field;
    this.train = train;
    this.separator = separator;
    this.evaluated = evaluated;
  }

  /** The one of this name, such as {@code wikitext2}. */
  public static Optional<DataSet> named(String name) {
    return Arrays.stream(values()).filter(set -> set.keyword().equals(name)).findFirst();
  }

  /** What it is called. */
  public String keyword() {
    return name().toLowerCase(Locale.ROOT);
  }

  HubName repository() {
    return repository;
  }

  /** In which its documents' texts are. */
  String field() {
    return field;
  }

  String file(Purpose purpose) {
    return purpose == Purpose.CALIBRATION ? train : evaluated.file;
  }

  /** What its part is called, such as {@code c4 validation}. */
  String describe(Purpose purpose) {
    return keyword() + " " + (purpose == Purpose.CALIBRATION ? "train" : evaluated.split);
  }

  /** Its documents as the published loaders hand them on. */
  Corpus corpus(Purpose purpose, List<String> documents) {
    String name = describe(purpose);
    if (purpose == Purpose.EVALUATION) {
      int count = Math.min(evaluated.documents, documents.size());
      return new TextCorpus(name, documents.subList(0, count), evaluated.separator);
    }
    return separator.isPresent()
        ? new TextCorpus(name, documents, separator.get())
        : new DocumentCorpus(name, documents);
  }

  /** As many of the windows as are published. */
  TokenWindows published(TokenWindows windows) {
    return windows.first(evaluated.windows);
  }
}
