package dev.espalier.forward;

import dev.espalier.device.ComputeDevice;
import dev.espalier.model.DecoderModel;
import dev.espalier.text.TokenWindows;
import java.util.ArrayList;
import java.util.List;

/**
 * What passing windows through a model takes, as {@link HiddenStates} will decide it.
 *
 * @param space all that is needed at once
 * @param states where the states of each set of windows stay, in the order in which they are
 *     embedded
 */
public record Footprint(Space space, List<Stay> states) {
  public Footprint {
    states = List.copyOf(states);
  }

  /**
   * A set of windows between two blocks.
   *
   * @param home {@code device}, {@code host} or {@code file}
   */
  public record Stay(int windows, int seqLen, long bytes, String home) {}

  /**
   * Of sets of windows whose states are there at once.
   *
   * @param beside other work on the blocks
   * @param host what that takes of the host's memory, wherever the model computes
   * @param free what there is
   */
  public static Footprint of(
      DecoderModel model, List<TokenWindows> sets, MemoryBeside beside, long host, Space free) {
    ActivationMemory memory = new ActivationMemory(model.description(), model.placement());
    ComputeDevice device = model.placement().device();
    long working =
        sets.stream()
            .mapToLong(
                windows ->
                    memory.working(
                        HiddenStates.batchTokens(model, windows) / windows.seqLen(),
                        windows.seqLen(),
                        beside))
            .max()
            .orElse(0);
    Space taken = device.isCuda() ? new Space(working, host, 0) : new Space(0, working + host, 0);
    List<Stay> stays = new ArrayList<>();
    Space states = Space.NONE;
    for (TokenWindows windows : sets) {
      long bytes = memory.states(windows);
      Space left = free.minus(states);
      StatesHome home =
          new StatesHome.Room(
                  bytes,
                  device.isCuda() ? working : working + host,
                  device.isCuda() ? left.device() : left.host(),
                  left.host())
              .home(device.isCuda());
      states = states.plus(home.space(bytes, device.isCuda()));
      stays.add(new Stay(windows.count(), windows.seqLen(), bytes, home.keyword(device.isCuda())));
    }
    return new Footprint(taken.plus(states), stays);
  }
}
