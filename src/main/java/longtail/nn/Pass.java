package longtail.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import longtail.nn.graph.Program;
import longtail.nn.kernel.KernelMemory;
import longtail.nn.kernel.Kernels;
import longtail.nn.kernel.Transfers;
import longtail.nn.layer.Island;
import longtail.nn.layer.Operator;
import longtail.nn.layer.PreparedOperator;
import longtail.nn.layer.ResidualSum;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One way through the network, compiled for one batch shape: operations, and the arrays that they
 * read and write, all laid out beforehand. Running it allocates nothing.
 *
 * <p>Time {@code i} is the forward computation of step {@code i}, time {@code 2 n - 1 - i} its
 * backward one.
 */
final class Pass implements AutoCloseable {
  private static final int NONE = -1;
  private static final int IMAGES = -2;

  /** The gradient that the caller gives for value {@code v} is number {@code GIVEN - v}. */
  private static final int GIVEN = -3;

  private final Program program;
  private final PassKey key;
  private final Kernels kernels;
  private final ElementTypes types;
  private final Transfers transfers;
  private final int steps;
  private final PreparedOperator[] operations;
  private final Program.Parameters[] parameters;
  private final long[][] shapes;
  private final boolean[] active;
  private final Lifetimes lifetimes = new Lifetimes();
  private final int[] outputValue;
  private final List<Backward> backwards = new ArrayList<>();
  private final List<long[]> valueShapes = new ArrayList<>();
  private final Lifetimes.Layout layout;
  private INDArray[] arrays;
  private INDArray[][] inputs;

  /**
   * The backward computation of one step.
   *
   * @param step the step
   * @param gradOutput where the gradient of its output lies
   * @param gradInputs where the gradients of its inputs go, or {@link #NONE}
   * @param addends what is added to them afterwards, or {@link #NONE}
   */
  private record Backward(int step, int gradOutput, int[] gradInputs, int[] addends) {}

  /**
   * Lays out a pass.
   *
   * @param type of parameters, and of all values but feature maps
   * @param maps type of the feature maps; if it is another one, the images are converted first
   */
  Pass(Program program, PassKey key, Kernels kernels, DataType type, DataType maps) {
    this.program = program;
    this.key = key;
    this.kernels = kernels;
    types = new ElementTypes(type, maps);
    transfers = new Transfers(kernels.memory());
    steps = program.steps().size();
    operations = new PreparedOperator[steps];
    parameters =
        program.steps().stream().map(program::parameters).toArray(Program.Parameters[]::new);
    shapes = new long[steps + 1][];
    active = new boolean[steps + 1];
    outputValue = new int[steps + 1];
    planForward();
    planBackward();
    layout = lifetimes.assign();
  }

  private void planForward() {
    shapes[0] = key.images().toArray();
    outputValue[0] = types.type() == types.maps() ? IMAGES : value(shapes[0], -1);
    for (int i = 0; i < steps; i++) {
      Program.Step step = program.steps().get(i);
      shapes[i + 1] = step.operator().outputShape(inputShapes(step));
      active[i + 1] =
          key.learns(step.operator()) || Arrays.stream(step.inputs()).anyMatch(v -> active[v]);
      outputValue[i + 1] =
          overwritesInput(i) ? outputValue[step.inputs()[0]] : value(shapes[i + 1], i);
      for (int input : step.inputs()) {
        read(outputValue[input], i);
        if (active[i + 1] && step.operator().keepsInputs()) {
          read(outputValue[input], keptUntil(i));
        }
      }
      if (active[i + 1] && step.operator().keepsOutput()) {
        read(outputValue[i + 1], keptUntil(i));
      }
    }
    program.results().forEach(value -> read(outputValue[value], end()));
    program.featureMap().ifPresent(value -> read(outputValue[value], steps));
  }

  /** Whether the output of step {@code i} takes the memory of an input that it alone reads. */
  private boolean overwritesInput(int i) {
    Operator operator = program.steps().get(i).operator();
    int input = program.steps().get(i).inputs()[0];
    if (!operator.overwritesInput() || input == 0 || (active[i + 1] && operator.keepsInputs())) {
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
    return new Backward(i, gradient[i + 1], gradInputs, addends);
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

  private long[][] inputShapes(Program.Step step) {
    return Arrays.stream(step.inputs()).mapToObj(v -> shapes[v]).toArray(long[][]::new);
  }

  /** Length of the memory that {@link #bind} wants, in numbers of the parameters' type. */
  long memoryLength() {
    return layout.length();
  }

  /** Gives the pass its memory. */
  void bind(INDArray memory) {
    arrays = new INDArray[valueShapes.size()];
    for (int v = 0; v < arrays.length; v++) {
      arrays[v] = types.array(memory, layout.offsets()[v], valueShapes.get(v));
    }
    inputs = new INDArray[steps][];
    for (int i = 0; i < steps; i++) {
      Program.Step step = program.steps().get(i);
      inputs[i] = Arrays.stream(step.inputs()).mapToObj(this::output).toArray(INDArray[]::new);
      operations[i] =
          Island.prepare(step.operator(), kernels, key.modeOf(step.operator()), inputShapes(step));
    }
  }

  private INDArray output(int value) {
    return outputValue[value] < 0 ? null : arrays[outputValue[value]];
  }

  /** Features and logits, on the host, of {@code images} in the memory of the kernels. */
  Activations forward(INDArray images) {
    if (outputValue[0] != IMAGES) {
      kernels.convert(images, output(0));
    }
    for (int i = 0; i < steps; i++) {
      int[] from = program.steps().get(i).inputs();
      for (int k = 0; k < from.length; k++) {
        if (from[k] == 0 && outputValue[0] == IMAGES) {
          inputs[i][k] = images;
        }
      }
      operations[i].forward(inputs[i], output(i + 1));
    }
    Map<String, INDArray> auxiliary = new LinkedHashMap<>();
    program.auxiliary().forEach((name, value) -> auxiliary.put(name, result(value)));
    return new Activations(result(program.features()), result(program.logits()), auxiliary);
  }

  /** A value on the host, in an array of its own until the next time where that is a copy. */
  private INDArray result(int value) {
    return transfers.down(value, output(value));
  }

  /** The last feature map on the host, if the features are its mean. */
  Optional<INDArray> featureMap() {
    return program.featureMap().map(this::result);
  }

  /** Whether a backward computation leaves the activations as they are. */
  boolean keepsActivations() {
    return key.retention() == PassKey.Retention.UNTIL_FORWARD;
  }

  /** Whether it computes one branch of the backbone alone. */
  boolean leavesABranch() {
    return key.branch().isPresent();
  }

  /** Whose memory its arrays are in. */
  KernelMemory memory() {
    return kernels.memory();
  }

  /** What it computes. */
  Program program() {
    return program;
  }

  /** Whether {@code value} depends on parameters that learn. */
  boolean moves(int value) {
    return active[value];
  }

  /** Shape of a value of the program. */
  long[] shape(int value) {
    return shapes[value].clone();
  }

  /** The tangent of the output of {@code step} from those of its inputs, null for zero. */
  void tangent(int step, INDArray[] tangents, INDArray tangentOutput) {
    operations[step].tangent(inputs[step], tangents, output(step + 1), tangentOutput);
  }

  /**
   * Computes the gradients.
   *
   * @param given gradients on the host at values of the program; that of the features may be
   *     missing for zero, those of the head's outputs may not
   * @param listener hears of each layer whose gradients are there
   */
  void backward(Map<Integer, INDArray> given, GradientListener listener) {
    given.replaceAll((value, gradient) -> transfers.up(value, gradient));
    for (Backward backward : backwards) {
      int i = backward.step();
      INDArray gradOutput = gradient(backward.gradOutput(), given);
      INDArray[] gradInputs = new INDArray[backward.gradInputs().length];
      for (int k = 0; k < gradInputs.length; k++) {
        gradInputs[k] = backward.gradInputs()[k] == NONE ? null : arrays[backward.gradInputs()[k]];
      }
      operations[i].backward(inputs[i], output(i + 1), gradOutput, gradInputs);
      if (parameters[i].length() > 0) {
        listener.written(parameters[i].offset(), parameters[i].length());
      }
      for (int k = 0; k < gradInputs.length; k++) {
        INDArray addend = gradient(backward.addends()[k], given);
        if (gradInputs[k] != null && addend != null) {
          kernels.accumulate(gradInputs[k], addend);
        }
      }
    }
  }

  private INDArray gradient(int number, Map<Integer, INDArray> given) {
    if (number == NONE) {
      return null;
    }
    return number >= 0 ? arrays[number] : given.get(GIVEN - number);
  }

  /** Writes the gradient of the images, an array of the host, after a backward pass. */
  void imageGradient(INDArray gradImages) {
    gradImages.assign(0);
    for (Backward backward : backwards) {
      int[] from = program.steps().get(backward.step()).inputs();
      for (int k = 0; k < from.length; k++) {
        if (from[k] == 0) {
          INDArray[] gradInputs = new INDArray[from.length];
          gradInputs[k] = kernels.memory().allocate(types.maps(), gradImages.shape());
          operations[backward.step()].backward(
              inputs[backward.step()],
              output(backward.step() + 1),
              arrays[backward.gradOutput()],
              gradInputs);
          gradImages.addi(kernels.memory().host(gradInputs[k]).castTo(types.type()));
          kernels.memory().free(gradInputs[k]);
        }
      }
    }
  }

  /** The output of the step {@code name} on the host, if the pass keeps it to its end. */
  INDArray activation(String name) {
    for (int i = 0; i < steps; i++) {
      if (program.steps().get(i).name().equals(name)) {
        if (overwritten(i + 1) || !lifetimes.lives(outputValue[i + 1], steps)) {
          throw new IllegalStateException(
              "the output of %s is not kept in mode %s".formatted(name, key.mode()));
        }
        return kernels.memory().host(output(i + 1));
      }
    }
    throw new IllegalArgumentException("no vertex " + name);
  }

  private boolean overwritten(int value) {
    return Arrays.stream(outputValue, value + 1, steps + 1)
        .anyMatch(later -> later == outputValue[value]);
  }

  @Override
  public void close() {
    for (PreparedOperator operation : operations) {
      if (operation != null) {
        operation.close();
      }
    }
    transfers.close();
  }
}
