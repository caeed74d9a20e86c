package longtail.nn;

import java.util.HashMap;
import java.util.Map;
import longtail.nn.graph.Program;
import longtail.nn.kernel.Contiguous;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What the caller of a backward pass says, as a {@link Pass} wants it. */
final class OutputGradients {
  private OutputGradients() {}

  /**
   * Gradients by value of the pass's program, zeros for those that are missing, except that of the
   * features, which is left out.
   */
  static Map<Integer, INDArray> of(
      Pass pass,
      DataType type,
      INDArray gradFeatures,
      INDArray gradLogits,
      Map<String, INDArray> gradAuxiliary) {
    Program program = pass.program();
    Map<Integer, INDArray> given = new HashMap<>();
    if (gradFeatures != null) {
      put(given, "features", program.features(), gradFeatures, type, pass);
    }
    if (gradLogits != null) {
      put(given, "logits", program.logits(), gradLogits, type, pass);
    }
    gradAuxiliary.forEach(
        (name, gradient) -> put(given, name, program.auxiliary(name), gradient, type, pass));
    given.computeIfAbsent(program.logits(), v -> Nd4j.zeros(type, pass.shape(v)));
    for (int value : program.auxiliary().values()) {
      given.computeIfAbsent(value, v -> Nd4j.zeros(type, pass.shape(v)));
    }
    return given;
  }

  private static void put(
      Map<Integer, INDArray> given,
      String name,
      int value,
      INDArray gradient,
      DataType type,
      Pass pass) {
    given.put(value, Contiguous.of("gradient at the " + name, gradient, type, pass.shape(value)));
  }
}
