package longtail.nn;

import java.util.Arrays;
import longtail.nn.graph.Program;
import longtail.nn.kernel.Transfers;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The forward-mode derivative that accompanies a {@link Pass}: one array per value that moves with
 * the learnt parameters, laid out beforehand in memory that no pass uses, so that the pass's own
 * arrays stay as they are. Time {@code i} is the computation of step {@code i}.
 */
final class TangentPass {
  private static final int RESTING = -1;

  private final Program program;
  private final Pass pass;
  private final int[] tangentOf;
  private final Lifetimes.Layout layout;
  private final Transfers transfers;
  private INDArray[] arrays;
  private INDArray[][] inputs;

  TangentPass(Program program, Pass pass) {
    this.program = program;
    this.pass = pass;
    transfers = new Transfers(pass.memory());
    int steps = program.steps().size();
    tangentOf = new int[steps + 1];
    Arrays.fill(tangentOf, RESTING);
    layout = plan(wanted(steps)).assign();
  }

  /** The values that the logits depend on. */
  private boolean[] wanted(int steps) {
    boolean[] wanted = new boolean[steps + 1];
    wanted[program.logits()] = true;
    for (int i = steps - 1; i >= 0; i--) {
      for (int input : program.steps().get(i).inputs()) {
        wanted[input] |= wanted[i + 1];
      }
    }
    return wanted;
  }

  private Lifetimes plan(boolean[] wanted) {
    Lifetimes lifetimes = new Lifetimes();
    int end = program.steps().size();
    for (int i = 0; i < end; i++) {
      if (wanted[i + 1] && pass.moves(i + 1)) {
        tangentOf[i + 1] = lifetimes.add(length(i + 1), i);
        for (int input : program.steps().get(i).inputs()) {
          if (tangentOf[input] != RESTING) {
            lifetimes.read(tangentOf[input], i);
          }
        }
      }
    }
    lifetimes.read(tangentOf[program.logits()], end);
    if (tangentOf[program.features()] == RESTING) {
      tangentOf[program.features()] = lifetimes.add(length(program.features()), 0);
    }
    lifetimes.read(tangentOf[program.features()], end);
    return lifetimes;
  }

  private long length(int value) {
    return Arrays.stream(pass.shape(value)).reduce(1, Math::multiplyExact);
  }

  /** Elements of the memory that {@link #bind} wants. */
  long memoryLength() {
    return layout.length();
  }

  /** Gives the tangents their memory. */
  void bind(INDArray memory) {
    arrays = new INDArray[tangentOf.length];
    inputs = new INDArray[program.steps().size()][];
    for (int value = 0; value < tangentOf.length; value++) {
      if (tangentOf[value] != RESTING) {
        long offset = layout.offsets()[tangentOf[value]];
        arrays[value] =
            memory
                .get(NDArrayIndex.interval(offset, offset + length(value)))
                .reshape('c', pass.shape(value));
      }
    }
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] =
          Arrays.stream(program.steps().get(i).inputs())
              .mapToObj(value -> pass.moves(value) ? arrays[value] : null)
              .toArray(INDArray[]::new);
    }
  }

  private INDArray result(int value) {
    return transfers.down(value, arrays[value]);
  }

  /**
   * The derivative, on the host, at the last forward pass, along the direction that the layers use.
   */
  Tangent run() {
    if (!pass.moves(program.features())) {
      pass.memory().fill(arrays[program.features()], 0);
    }
    for (int i = 0; i < inputs.length; i++) {
      if (arrays[i + 1] != null && pass.moves(i + 1)) {
        pass.tangent(i, inputs[i], arrays[i + 1]);
      }
    }
    return new Tangent(result(program.features()), result(program.logits()));
  }
}
