package dev.espalier.hub;

/** What a repository on the Hub holds. */
enum RepoKind {
  MODEL("model", "models", ""),
  DATA_SET("data set", "datasets", "datasets/");

  private final String word;
  private final String plural;
  private final String page;

  RepoKind(String word, String plural, String page) {
    this.word = word;
    this.plural = plural;
    this.page = page;
  }

  /** For people. */
  String word() {
    return word;
  }

  /** How the Hub's interface and the cache call them. */
  String plural() {
    return plural;
  }

  /** What stands before an id in the address of a page or a file. */
  String page() {
    return page;
  }
}
