package longtail.nn;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import longtail.nn.graph.Program;
import longtail.nn.kernel.Kernels;
import longtail.nn.kernel.MapShape;
import longtail.nn.layer.Island;
import longtail.nn.layer.Mode;
import longtail.nn.layer.PreparedOperator;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Some steps of an evaluated network in a row, compiled for one batch size, with memory of their
 * own, in which a value's place serves another one as soon as the last step that reads it is done.
 */
final class Section implements AutoCloseable {
  private final Program program;
  private final int from;
  private final int to;
  private final Set<Integer> kept;
  private final Kernels kernels;
  private final PreparedOperator[] operations;
  private final INDArray[][] inputs;
  private final INDArray[] outputs;
  private final Arena arena;
  private final Map<Integer, INDArray> arrays = new TreeMap<>();

  /**
   * Compiles a section.
   *
   * @param from its first step
   * @param to the step behind its last one
   * @param images extents of the batch
   * @param kept what is read after it has run: outputs of its steps, or values from before
   */
  Section(
      Program program,
      int from,
      int to,
      MapShape images,
      Set<Integer> kept,
      Kernels kernels,
      ElementTypes types) {
    this.program = program;
    this.from = from;
    this.to = to;
    this.kept = kept;
    operations = new PreparedOperator[to - from];
    inputs = new INDArray[to - from][];
    outputs = new INDArray[to - from];
    this.kernels = kernels;
    arena = new Arena(kernels.memory(), types.type());
    long[][] shapes = shapes(program, images);
    place(shapes, types);
    for (int i = from; i < to; i++) {
      int[] read = program.steps().get(i).inputs();
      long[][] extents = Arrays.stream(read).mapToObj(v -> shapes[v]).toArray(long[][]::new);
      operations[i - from] =
          Island.prepare(program.steps().get(i).operator(), kernels, Mode.EVAL, extents);
      inputs[i - from] = Arrays.stream(read).mapToObj(arrays::get).toArray(INDArray[]::new);
      outputs[i - from] = arrays.get(i + 1);
    }
  }

  /** The shapes of all values of {@code program}. */
  static long[][] shapes(Program program, MapShape images) {
    long[][] shapes = new long[program.steps().size() + 1][];
    shapes[0] = images.toArray();
    for (int i = 0; i < program.steps().size(); i++) {
      Program.Step step = program.steps().get(i);
      long[][] read = Arrays.stream(step.inputs()).mapToObj(v -> shapes[v]).toArray(long[][]::new);
      shapes[i + 1] = step.operator().outputShape(read);
    }
    return shapes;
  }

  private void place(long[][] shapes, ElementTypes types) {
    Lifetimes lifetimes = new Lifetimes();
    Map<Integer, Integer> numbers = new TreeMap<>();
    for (int value = 0; value <= to; value++) {
      boolean computed = value > from;
      int lastRead = lastRead(value);
      if (!computed && lastRead < from) {
        continue;
      }
      int first = computed ? program.steps().get(value - 1).inputs()[0] : value;
      int number =
          computed && overwrites(value - 1)
              ? numbers.get(first)
              : lifetimes.add(types.lengthInMemory(shapes[value]), Math.max(value, from) - 1);
      lifetimes.read(number, lastRead);
      numbers.put(value, number);
    }
    Lifetimes.Layout layout = lifetimes.assign();
    INDArray memory = arena.memory(layout.length());
    kernels.memory().fill(memory, 0);
    numbers.forEach(
        (value, number) ->
            arrays.put(value, types.array(memory, layout.offsets()[number], shapes[value])));
  }

  /** Whether step {@code i} writes over its first input, which nobody reads afterwards. */
  private boolean overwrites(int i) {
    Program.Step step = program.steps().get(i);
    int first = step.inputs()[0];
    return first > from && step.operator().overwritesInput() && lastRead(first) == i;
  }

  /** The last step that reads {@code value}; that behind the last one if it is kept. */
  private int lastRead(int value) {
    if (kept.contains(value)) {
      return to;
    }
    int last = value - 1;
    for (int i = from; i < to; i++) {
      if (Arrays.stream(program.steps().get(i).inputs()).anyMatch(v -> v == value)) {
        last = i;
      }
    }
    return last;
  }

  /** The values from before that it reads or hands on. */
  List<Integer> inputs() {
    return arrays.keySet().stream().filter(value -> value <= from).toList();
  }

  /** Where {@code value} lies. */
  INDArray array(int value) {
    return arrays.get(value);
  }

  /** Takes over the parameters as they are now. */
  void takeParameters() {
    for (PreparedOperator operation : operations) {
      operation.takeParameters();
    }
  }

  /** Computes all steps. */
  void run() {
    for (int i = 0; i < operations.length; i++) {
      operations[i].forward(inputs[i], outputs[i]);
    }
  }

  @Override
  public void close() {
    for (PreparedOperator operation : operations) {
      operation.close();
    }
    arena.close();
  }
}
