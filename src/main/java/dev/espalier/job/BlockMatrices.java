package dev.espalier.job;

import dev.espalier.checkpoint.ModelFolder;
import dev.espalier.checkpoint.TensorEntry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The matrices inside of the blocks of a model of any family, by their names and shapes.
 *
 * @param linears what pruning prunes in models of that family, or would
 * @param routers those that choose between experts, which nobody prunes
 */
record BlockMatrices(List<TensorEntry> linears, List<TensorEntry> routers) {
  /** Inside of blocks, modules have a number in their path. */
  private static final Pattern IN_BLOCK = Pattern.compile("((.*\\.)?\\d+\\.)(.*)\\.weight");

  private static final Pattern STACK = Pattern.compile("((.*\\.)?\\d+\\.)(.*\\.)?experts\\..*");

  private static final Pattern EXPERTS = Pattern.compile("((.*\\.)?)[^.]*experts?\\..*");

  /** Sure by its name alone. */
  private static final Pattern ROUTER =
      Pattern.compile("(.*\\.)?(router|shared_expert_gate)(\\..*)?");

  /** A router where there are experts beside it, and else half of a feed-forward part. */
  private static final Pattern GATE = Pattern.compile("((.*\\.)?)(gate|gating|switch)(\\.wg)?");

  static BlockMatrices of(ModelFolder folder) {
    Set<String> besideExperts = new HashSet<>();
    for (String name : folder.names()) {
      Matcher experts = EXPERTS.matcher(name);
      if (experts.matches()) {
        besideExperts.add(experts.group(1));
      }
    }
    List<TensorEntry> linears = new ArrayList<>();
    List<TensorEntry> routers = new ArrayList<>();
    Stream.concat(folder.names().stream(), folder.disputed().stream())
        .filter(name -> IN_BLOCK.matcher(name).matches() || STACK.matcher(name).matches())
        .map(folder::entry)
        .flatMap(BlockMatrices::matrices)
        .filter(entry -> entry.shape().size() == 2 && entry.elements() > 0)
        .forEach(entry -> (isRouter(entry, besideExperts) ? routers : linears).add(entry));
    return new BlockMatrices(linears, routers);
  }

  /** All of a stack of experts; a tensor that is none is one, or is left out. */
  private static Stream<TensorEntry> matrices(TensorEntry entry) {
    return STACK.matcher(entry.name()).matches() && entry.shape().size() == 3
        ? entry.slices().stream()
        : Stream.of(entry).filter(one -> IN_BLOCK.matcher(one.name()).matches());
  }

  private static boolean isRouter(TensorEntry entry, Set<String> besideExperts) {
    String module = entry.name().substring(0, entry.name().lastIndexOf('.'));
    Matcher gate = GATE.matcher(module);
    return ROUTER.matcher(module).matches()
        || (gate.matches() && besideExperts.contains(gate.group(1)));
  }
}
