package longtail.nn;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import longtail.nn.graph.Program;
import longtail.nn.kernel.KernelMemory;
import longtail.nn.kernel.Kernels;
import longtail.nn.kernel.Transfers;
import longtail.nn.layer.Island;
import longtail.nn.layer.PreparedOperator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One way through the network, compiled for one batch shape: operations, and the arrays that they
 * read and write, all laid out beforehand. Running it allocates nothing.
 */
final class Pass implements AutoCloseable {
  private final Program program;
  private final PassKey key;
  private final Kernels kernels;
  private final ElementTypes types;
  private final Transfers transfers;
  private final int steps;
  private final PassPlan plan;
  private final PreparedOperator[] operations;
  private final Program.Parameters[] parameters;
  private INDArray[] arrays;
  private INDArray[][] inputs;
  private INDArray[][] backwardInputs;

  /**
   * Lays out a pass.
   *
   * @param type of parameters, and of all values but feature maps
   * @param maps type of the feature maps; if it is another one, the images are converted first
   * @param which maps are computed again on the way back
   */
  Pass(
      Program program,
      PassKey key,
      Kernels kernels,
      DataType type,
      DataType maps,
      Recomputation which) {
    this.program = program;
    this.key = key;
    this.kernels = kernels;
    types = new ElementTypes(type, maps);
    transfers = new Transfers(kernels.memory());
    steps = program.steps().size();
    plan = new PassPlan(program, key, types, which);
    operations = new PreparedOperator[steps];
    parameters =
        program.steps().stream().map(program::parameters).toArray(Program.Parameters[]::new);
  }

  /** Length of the memory that {@link #bind} wants, in numbers of the parameters' type. */
  long memoryLength() {
    return plan.memoryLength();
  }

  /** Gives the pass its memory. */
  void bind(INDArray memory) {
    arrays = plan.arrays(memory);
    inputs = new INDArray[steps][];
    backwardInputs = new INDArray[steps][];
    for (int i = 0; i < steps; i++) {
      Program.Step step = program.steps().get(i);
      inputs[i] = Arrays.stream(step.inputs()).mapToObj(this::output).toArray(INDArray[]::new);
      backwardInputs[i] =
          Arrays.stream(step.inputs()).mapToObj(this::kept).toArray(INDArray[]::new);
      operations[i] =
          Island.prepare(
              step.operator(), kernels, key.modeOf(step.operator()), plan.inputShapes(step));
    }
  }

  private INDArray output(int value) {
    return plan.forward(value) < 0 ? null : arrays[plan.forward(value)];
  }

  /** Where {@code value} lies on the way back. */
  private INDArray kept(int value) {
    return plan.backward(value) < 0 ? null : arrays[plan.backward(value)];
  }

  /** Features and logits, on the host, of {@code images} in the memory of the kernels. */
  Activations forward(INDArray images) {
    if (plan.forward(0) != PassPlan.IMAGES) {
      kernels.convert(images, output(0));
    }
    for (int i = 0; i < steps; i++) {
      int[] from = program.steps().get(i).inputs();
      for (int k = 0; k < from.length; k++) {
        if (from[k] == 0 && plan.forward(0) == PassPlan.IMAGES) {
          inputs[i][k] = images;
          backwardInputs[i][k] = images;
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

  /** Whether activations that a tangent would read are computed again on the way back only. */
  boolean recomputes() {
    return plan.recomputes();
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
    return plan.moves(value);
  }

  /** Shape of a value of the program. */
  long[] shape(int value) {
    return plan.shape(value);
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
    for (PassPlan.Backward backward : plan.backwards()) {
      int i = backward.step();
      for (int repeated : backward.repeated()) {
        operations[repeated].repeat(backwardInputs[repeated], kept(repeated + 1));
      }
      INDArray gradOutput = gradient(backward.gradOutput(), given);
      INDArray[] gradInputs = new INDArray[backward.gradInputs().length];
      for (int k = 0; k < gradInputs.length; k++) {
        gradInputs[k] =
            backward.gradInputs()[k] == PassPlan.NONE ? null : arrays[backward.gradInputs()[k]];
      }
      operations[i].backward(backwardInputs[i], kept(i + 1), gradOutput, gradInputs);
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
    if (number == PassPlan.NONE) {
      return null;
    }
    return number >= 0 ? arrays[number] : given.get(PassPlan.GIVEN - number);
  }

  /** Writes the gradient of the images, an array of the host, after a backward pass. */
  void imageGradient(INDArray gradImages) {
    gradImages.assign(0);
    for (PassPlan.Backward backward : plan.backwards()) {
      int[] from = program.steps().get(backward.step()).inputs();
      for (int k = 0; k < from.length; k++) {
        if (from[k] == 0) {
          INDArray[] gradInputs = new INDArray[from.length];
          gradInputs[k] = kernels.memory().allocate(types.maps(), gradImages.shape());
          operations[backward.step()].backward(
              backwardInputs[backward.step()],
              kept(backward.step() + 1),
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
        if (!plan.keepsOutput(i)) {
          throw new IllegalStateException(
              "the output of %s is not kept in mode %s".formatted(name, key.mode()));
        }
        return kernels.memory().host(output(i + 1));
      }
    }
    throw new IllegalArgumentException("no vertex " + name);
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
