package dev.espalier.hub;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a repository on the Hub is called: {@code ORG/NAME} or {@code ORG/NAME@REVISION}.
 *
 * @param id {@code ORG/NAME}
 * @param revision a branch, a tag or a commit
 */
public record HubName(String id, String revision) {
  /** The branch that is meant where no revision is named. */
  public static final String MAIN = "main";

  private static final String WORD = "[A-Za-z0-9](?:[\\w.-]*\\w)?";
  private static final Pattern NAME =
      Pattern.compile("(" + WORD + "/" + WORD + ")(?:@([\\w.-]+(?:/[\\w.-]+)*))?");
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

  /** The name that a text may be; empty if it can be none. */
  public static Optional<HubName> parse(String text) {
    Matcher matcher = NAME.matcher(text);
    if (!matcher.matches() || text.contains("..") || text.split("@")[0].contains("--")) {
      return Optional.empty();
    }
    String revision = matcher.group(2);
    return Optional.of(new HubName(matcher.group(1), revision == null ? MAIN : revision));
  }

  /** Whether the revision is a commit, which never becomes another. */
  boolean namesCommit() {
    return isCommit(revision);
  }

  static boolean isCommit(String text) {
    return COMMIT.matcher(text).matches();
  }

  @Override
  public String toString() {
    return revision.equals(MAIN) ? id : id + "@" + revision;
  }
}
