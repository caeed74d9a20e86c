package longtail.nn.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import longtail.nn.layer.FoldedConvolution;
import longtail.nn.layer.ResidualSum;

/**
 * Makes one step of each convolution, the batch normalisation behind it, and the sum and the
 * rectifier behind that. What the values between them were, nobody may ask.
 */
final class Folding {
  private final Program program;
  private final Program.Step[] steps;

  private Folding(Program program) {
    this.program = program;
    steps = program.steps().toArray(Program.Step[]::new);
  }

  /** {@code program} as an evaluated network computes it. */
  static Program fold(Program program) {
    return new Folding(program).fold();
  }

  private Program fold() {
    for (int i = 0; i < steps.length; i++) {
      foldFrom(i);
    }
    int[] values = new int[steps.length + 1];
    List<Program.Step> left = new ArrayList<>();
    for (int i = 0; i < steps.length; i++) {
      if (steps[i] != null) {
        int[] inputs = Arrays.stream(steps[i].inputs()).map(v -> v < 0 ? v : values[v]).toArray();
        left.add(new Program.Step(steps[i].name(), steps[i].operator(), inputs));
      }
      values[i + 1] = left.size();
    }
    return new Program(List.copyOf(left), program.layout());
  }

  /** Moves the computation of step {@code i} to the last of the steps that go with it. */
  private void foldFrom(int i) {
    OptionalInt norm = onlyReader(i + 1);
    if (steps[i] == null || norm.isEmpty()) {
      return;
    }
    int n = norm.getAsInt();
    Optional<FoldedConvolution> folded =
        FoldedConvolution.of(steps[i].operator(), steps[n].operator());
    if (folded.isEmpty()) {
      return;
    }
    int x = steps[i].inputs()[0];
    steps[i] = null;
    OptionalInt sum = folded.get().open() ? onlyReader(n + 1) : OptionalInt.empty();
    if (sum.isPresent() && steps[sum.getAsInt()].operator() instanceof ResidualSum) {
      Program.Step end = steps[sum.getAsInt()];
      int other = end.inputs()[0] == n + 1 ? end.inputs()[1] : end.inputs()[0];
      steps[n] = null;
      steps[sum.getAsInt()] =
          new Program.Step(end.name(), folded.get().summed(), new int[] {other, x});
    } else {
      steps[n] = new Program.Step(steps[n].name(), folded.get(), new int[] {x});
    }
  }

  /** The step that alone reads {@code value}, unless a caller sees it. */
  private OptionalInt onlyReader(int value) {
    return IntStream.range(value, steps.length)
        .filter(i -> steps[i] != null && contains(program.steps().get(i).inputs(), value))
        .filter(i -> program.onlyReads(i, value))
        .findFirst();
  }

  private static boolean contains(int[] values, int value) {
    return Arrays.stream(values).anyMatch(v -> v == value);
  }
}
