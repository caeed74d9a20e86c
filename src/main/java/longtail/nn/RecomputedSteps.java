package longtail.nn;

import java.util.Arrays;
import java.util.stream.IntStream;
import longtail.nn.graph.Program;
import longtail.nn.layer.Operator;
import longtail.nn.layer.ResidualSum;

/**
 * The steps of a pass whose outputs are dropped on the way forward and computed again on the way
 * back, each right before the backward computation of the step that needs it first.
 */
final class RecomputedSteps {
  private static final int NEVER = -1;

  private final Program program;
  private final boolean[] active;
  private final int[] before;

  private RecomputedSteps(Program program, boolean[] active) {
    this.program = program;
    this.active = active;
    before = new int[program.steps().size()];
    Arrays.fill(before, NEVER);
  }

  /**
   * Chooses them.
   *
   * @param active by value, whether it depends on parameters that learn
   */
  static RecomputedSteps of(Program program, boolean[] active, Recomputation which) {
    RecomputedSteps chosen = new RecomputedSteps(program, active);
    if (which == Recomputation.BLOCKS) {
      chosen.blocks();
    }
    if (which != Recomputation.NONE) {
      chosen.normalizations();
    }
    return chosen;
  }

  private void blocks() {
    int[] ends =
        IntStream.range(0, before.length)
            .filter(i -> program.steps().get(i).operator() instanceof ResidualSum)
            .toArray();
    for (int b = 0; b + 1 < ends.length; b++) {
      String block = program.steps().get(ends[b]).name() + ".";
      int first = ends[b];
      while (first > 0 && program.steps().get(first - 1).name().startsWith(block)) {
        first--;
      }
      block(first, ends[b]);
    }
  }

  /** Recomputes what is needed of the steps from {@code first} on, without {@code end}. */
  private void block(int first, int end) {
    boolean[] needed = new boolean[end - first];
    int earliest = NEVER;
    for (int i = end - 1; i >= first; i--) {
      int value = i + 1;
      int user = firstUser(value);
      boolean feeds =
          IntStream.range(value, end)
              .anyMatch(later -> needed[later - first] && program.reads(later, value));
      needed[i - first] = user != NEVER || feeds;
      earliest = Math.max(earliest, user);
    }
    for (int i = first; i < end; i++) {
      if (needed[i - first]) {
        before[i] = earliest;
      }
    }
  }

  private void normalizations() {
    for (int i = 0; i < before.length; i++) {
      Operator operator = program.steps().get(i).operator();
      if (before[i] == NEVER && operator.recomputesCheaply() && active[i + 1]) {
        before[i] = firstUser(i + 1);
      }
    }
  }

  /**
   * The step before whose backward computation {@code value} must be there: that of its last
   * reader, or the step itself.
   */
  private int firstUser(int value) {
    int first =
        active[value] && program.steps().get(value - 1).operator().keepsOutput()
            ? value - 1
            : NEVER;
    for (int j = value; j < before.length; j++) {
      if (program.reads(j, value)) {
        boolean backward = active[j + 1] && program.steps().get(j).operator().keepsInputs();
        first = Math.max(first, Math.max(before[j], backward ? j : NEVER));
      }
    }
    return first;
  }

  /** Whether the output of step {@code i} is computed again. */
  boolean recomputed(int i) {
    return before[i] != NEVER;
  }

  /** The step before whose backward computation that of {@code i} is repeated. */
  int before(int i) {
    return before[i];
  }

  /** The steps that are repeated before the backward computation of {@code step}, in order. */
  int[] repeatedBefore(int step) {
    return IntStream.range(0, before.length).filter(i -> before[i] == step).toArray();
  }

  /** Whether {@code value} is computed again. */
  boolean dropped(int value) {
    return value > 0 && recomputed(value - 1);
  }
}
