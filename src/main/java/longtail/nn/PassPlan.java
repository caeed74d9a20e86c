package longtail.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import longtail.nn.graph.Program;
import longtail.nn.layer.Operator;
import longtail.nn.layer.ResidualSum;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a {@link Pass} does and where its arrays lie: which values a backward computation reads,
 * which of them it computes again, and which may take each other's memory.
 *
 * <p>Time {@code i} is the forward computation of step {@code i}, time {@code 2 n - 1 - i} its
 * backward one, before which it may repeat forward computations.
 */
final class PassPlan {
  static final int NONE = -1;

  /** The place of the images that the caller gives. */
  static final int IMAGES = -2;

  /** The gradient that the caller gives for value {@code v} is number {@code GIVEN - v}. */
  static final int GIVEN = -3;

  private final Program program;
  private final PassKey key;
  private final ElementTypes types;
  private final int steps;
  private final long[][] shapes;
  private final boolean[] active;
  private final RecomputedSteps recomputed;
  private final Lifetimes lifetimes = new Lifetimes();
  private final int[] outputValue;
  private final int[] repeatedValue;
  private final List<Backward> backwards = new ArrayList<>();
  private final List<long[]> valueShapes = new ArrayList<>();
  private final Lifetimes.Layout layout;

  /**
   * The backward computation of one step.
   *
   * @param step the step
   * @param repeated steps whose forward computation is repeated before it, in order
   * @param gradOutput where the gradient of its output lies
   * @param gradInputs where the gradients of its inputs go, or {@link #NONE}
   * @param addends what is added to them afterwards, or {@link #NONE}
   */
  record Backward(int step, int[] repeated, int gradOutput, int[] gradInputs, int[] addends) {}

  /**
   * Plans a pass.
   *
   * @param which maps are computed again; none if activations stay after a backward computation
   */
  PassPlan(Program program, PassKey key, ElementTypes types, Recomputation which) {
    this.program = program;
    this.key = key;
    this.types = types;
    steps = program.steps().size();
    shapes = new long[steps + 1][];
    active = new boolean[steps + 1];
    shapes[0] = key.images().toArray();
    for (int i = 0; i < steps; i++) {
      Program.Step step = program.steps().get(i);
      shapes[i + 1] = step.operator().outputShape(inputShapes(step));
      active[i + 1] =
          key.learns(step.operator()) || Arrays.stream(step.inputs()).anyMatch(v -> active[v]);
    }
    boolean mayDrop = key.retention() == PassKey.Retention.UNTIL_BACKWARD;
    recomputed = RecomputedSteps.of(program, active, mayDrop ? which : Recomputation.NONE);
    outputValue = new int[steps + 1];
    repeatedValue = new int[steps + 1];
    planForward();
    planBackward();
    layout = lifetimes.assign();
  }

  private void planForward() {
    outputValue[0] = types.type() == types.maps() ? IMAGES : value(shapes[0], -1);
    repeatedValue[0] = outputValue[0];
    for (int i = 0; i < steps; i++) {
      outputValue[i + 1] =
          overwritesInput(i)
              ? outputValue[program.steps().get(i).inputs()[0]]
              : value(shapes[i + 1], i);
      repeatedValue[i + 1] =
          recomputed.recomputed(i)
              ? value(shapes[i + 1], backwardTime(recomputed.before(i)))
              : outputValue[i + 1];
      keep(i);
    }
    program.results().forEach(value -> read(outputValue[value], end()));
    program.featureMap().ifPresent(value -> read(outputValue[value], steps));
  }

  /** Keeps what step {@code i} reads for as long as it reads it. */
  private void keep(int i) {
    Program.Step step = program.steps().get(i);
    for (int input : step.inputs()) {
      read(outputValue[input], i);
      if (recomputed.recomputed(i)) {
        read(repeatedValue[input], backwardTime(recomputed.before(i)));
      }
      if (active[i + 1] && step.operator().keepsInputs()) {
        read(repeatedValue[input], keptUntil(i));
      }
    }
    if (active[i + 1] && step.operator().keepsOutput()) {
      read(repeatedValue[i + 1], keptUntil(i));
    }
  }

  /** Whether the output of step {@code i} takes the memory of an input that it alone reads. */
  private boolean overwritesInput(int i) {
    Operator operator = program.steps().get(i).operator();
    int input = program.steps().get(i).inputs()[0];
    if (!operator.overwritesInput() || input == 0 || (active[i + 1] && operator.keepsInputs())) {
      return false;
    }
    if (recomputed.recomputed(i) && !recomputed.dropped(input)) {
      return false;
    }
    boolean kept = active[input] && program.steps().get(input - 1).operator().keepsOutput();
    return !kept && program.onlyReads(i, input);
  }

  private void planBackward() {
    int[] gradient = new int[steps + 1];
    Arrays.fill(gradient, NONE);
    program.results().forEach(value -> gradient[value] = GIVEN - value);
    for (int i = steps - 1; i >= 0; i--) {
      if (active[i + 1] && gradient[i + 1] != NONE) {
        backwards.add(planBackward(i, gradient));
      }
    }
  }

  private Backward planBackward(int i, int[] gradient) {
    int time = backwardTime(i);
    int[] from = program.steps().get(i).inputs();
    int[] gradInputs = new int[from.length];
    int[] addends = new int[from.length];
    read(gradient[i + 1], time);
    boolean shared =
        program.steps().get(i).operator() instanceof ResidualSum
            && gradient[from[0]] == NONE
            && gradient[from[1]] == NONE;
    boolean overwritten = overwritesGradient(i, gradient);
    for (int k = 0; k < from.length; k++) {
      addends[k] = gradient[from[k]];
      if (!active[from[k]]) {
        gradInputs[k] = NONE;
        continue;
      }
      if (shared && k == 1 && gradInputs[0] != NONE) {
        gradInputs[k] = gradInputs[0];
      } else if (overwritten) {
        gradInputs[k] = gradient[i + 1];
        overwritten = false;
      } else {
        gradInputs[k] = value(shapes[from[k]], time);
      }
      read(addends[k], time);
      gradient[from[k]] = gradInputs[k];
    }
    if (Arrays.stream(from).anyMatch(v -> v == 0)) {
      // Kept for the gradient of the images, should somebody ask for it.
      read(gradient[i + 1], end());
    }
    return new Backward(i, recomputed.repeatedBefore(i), gradient[i + 1], gradInputs, addends);
  }

  /**
   * Whether a gradient of an input of step {@code i} takes the memory of that of its output, which
   * nobody reads any more: it is not the caller's, not the other input's of a sum, and not kept for
   * the gradient of the images.
   */
  private boolean overwritesGradient(int i, int[] gradient) {
    Program.Step step = program.steps().get(i);
    int number = gradient[i + 1];
    return step.operator().overwritesGradient()
        && number >= 0
        && Arrays.stream(step.inputs()).allMatch(v -> v > 0)
        && Arrays.stream(gradient, 0, i + 1).noneMatch(other -> other == number)
        && !lifetimes.lives(number, end());
  }

  private int value(long[] shape, int birth) {
    valueShapes.add(shape);
    return lifetimes.add(types.lengthInMemory(shape), birth);
  }

  private void read(int value, int time) {
    if (value >= 0) {
      lifetimes.read(value, time);
    }
  }

  private int backwardTime(int step) {
    return 2 * steps - 1 - step;
  }

  /** When the backward computation of {@code step} has read its activations for the last time. */
  private int keptUntil(int step) {
    return switch (key.retention()) {
      case UNTIL_BACKWARD -> backwardTime(step);
      case UNTIL_FORWARD -> end();
    };
  }

  private int end() {
    return 2 * steps;
  }

  /** Shapes of the inputs of {@code step}. */
  long[][] inputShapes(Program.Step step) {
    return Arrays.stream(step.inputs()).mapToObj(v -> shapes[v]).toArray(long[][]::new);
  }

  /** Shape of a value of the program. */
  long[] shape(int value) {
    return shapes[value].clone();
  }

  /** Whether {@code value} depends on parameters that learn. */
  boolean moves(int value) {
    return active[value];
  }

  /** Whether some steps are computed again on the way back. */
  boolean recomputes() {
    return backwards.stream().anyMatch(backward -> backward.repeated().length > 0);
  }

  /** The backward computations, in order. */
  List<Backward> backwards() {
    return backwards;
  }

  /** Number of the array of {@code value} on the way forward, or {@link #IMAGES}. */
  int forward(int value) {
    return outputValue[value];
  }

  /** The same on the way back: another one if it is computed again. */
  int backward(int value) {
    return repeatedValue[value];
  }

  /** Whether the output of {@code step} is there as it was when the forward pass has ended. */
  boolean keepsOutput(int step) {
    boolean overwritten =
        Arrays.stream(outputValue, step + 2, steps + 1)
            .anyMatch(later -> later == outputValue[step + 1]);
    return !overwritten && lifetimes.lives(outputValue[step + 1], steps);
  }

  /** Length of the memory that {@link #arrays} wants, in numbers of the parameters' type. */
  long memoryLength() {
    return layout.length();
  }

  /** The arrays by their numbers, in {@code memory}. */
  INDArray[] arrays(INDArray memory) {
    INDArray[] arrays = new INDArray[valueShapes.size()];
    for (int v = 0; v < arrays.length; v++) {
      arrays[v] = types.array(memory, layout.offsets()[v], valueShapes.get(v));
    }
    return arrays;
  }
}
