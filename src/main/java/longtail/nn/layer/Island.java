package longtail.nn.layer;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import longtail.nn.kernel.KernelMemory;
import longtail.nn.kernel.Kernels;
import longtail.nn.kernel.Transfers;
import longtail.nn.layer.OperatorLayer.Purpose;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An operator that computes on the host in a network whose memory is a device's: what it reads
 * comes down, what it writes goes up, its parameters and gradients too.
 */
public final class Island implements PreparedOperator {
  private final Operator operator;
  private final PreparedOperator inner;
  private final KernelMemory memory;
  private final Transfers transfers;

  /** An array of one of the roles that arrays of an operator have, or of its tensors. */
  private record Key(Object role, Object which) {}

  private Island(Operator operator, PreparedOperator inner, KernelMemory memory) {
    this.operator = operator;
    this.inner = inner;
    this.memory = memory;
    transfers = new Transfers(memory);
  }

  /** The computation of {@code operator} by {@code kernels}, as an island where it must be one. */
  public static PreparedOperator prepare(
      Operator operator, Kernels kernels, Mode mode, long[]... inputs) {
    return operator.island() && !kernels.memory().onHost()
        ? new Island(operator, operator.prepare(kernels.onHost(), mode, inputs), kernels.memory())
        : operator.prepare(kernels, mode, inputs);
  }

  @Override
  public void takeParameters() {
    with(List.of(Purpose.PARAMETERS), inner::takeParameters);
  }

  @Override
  public void forward(INDArray[] inputs, INDArray output) {
    INDArray[] x = down("x", inputs);
    INDArray y = transfers.onHost("y", output);
    with(List.of(Purpose.PARAMETERS), () -> inner.forward(x, y));
    memory.upload(y, output);
  }

  @Override
  public void repeat(INDArray[] inputs, INDArray output) {
    INDArray[] x = down("x", inputs);
    INDArray y = transfers.onHost("y", output);
    with(List.of(Purpose.PARAMETERS), () -> inner.repeat(x, y));
    memory.upload(y, output);
  }

  @Override
  public void backward(
      INDArray[] inputs, INDArray output, INDArray gradOutput, INDArray[] gradInputs) {
    INDArray[] x = down("x", inputs);
    INDArray y = transfers.down("y", output);
    INDArray gradY = transfers.down("gradY", gradOutput);
    INDArray[] gradX = new INDArray[gradInputs.length];
    for (int k = 0; k < gradX.length; k++) {
      if (gradInputs[k] != null) {
        gradX[k] = transfers.onHost(new Key("gradX", k), gradInputs[k]);
      }
    }
    with(List.of(Purpose.PARAMETERS, Purpose.GRADIENTS), () -> inner.backward(x, y, gradY, gradX));
    for (int k = 0; k < gradX.length; k++) {
      if (gradX[k] != null) {
        memory.upload(gradX[k], gradInputs[k]);
      }
    }
  }

  @Override
  public void tangent(
      INDArray[] inputs, INDArray[] tangents, INDArray output, INDArray tangentOutput) {
    INDArray[] x = down("x", inputs);
    INDArray[] tangentX = down("tangentX", tangents);
    INDArray y = transfers.down("y", output);
    INDArray tangentY = transfers.onHost("tangentY", tangentOutput);
    with(
        List.of(Purpose.PARAMETERS, Purpose.DIRECTION),
        () -> inner.tangent(x, tangentX, y, tangentY));
    memory.upload(tangentY, tangentOutput);
  }

  private INDArray[] down(String role, INDArray[] arrays) {
    INDArray[] host = new INDArray[arrays.length];
    for (int k = 0; k < host.length; k++) {
      host[k] = arrays[k] == null ? null : transfers.down(new Key(role, k), arrays[k]);
    }
    return host;
  }

  /** Does {@code work} while the layer has its tensors on the host; gradients go back. */
  private void with(List<Purpose> purposes, Runnable work) {
    if (!(operator instanceof OperatorLayer<?> layer)) {
      work.run();
      return;
    }
    Map<Purpose, Map<String, INDArray>> own = new EnumMap<>(Purpose.class);
    Map<Purpose, Map<String, INDArray>> host = new EnumMap<>(Purpose.class);
    for (Purpose purpose : purposes) {
      own.put(purpose, layer.tensors(purpose));
      Map<String, INDArray> copies = new LinkedHashMap<>();
      own.get(purpose)
          .forEach((key, array) -> copies.put(key, transfers.down(new Key(purpose, key), array)));
      host.put(purpose, copies);
    }
    host.forEach(layer::use);
    try {
      work.run();
    } finally {
      own.forEach(layer::use);
    }
    if (purposes.contains(Purpose.GRADIENTS)) {
      Map<String, INDArray> gradients = own.get(Purpose.GRADIENTS);
      host.get(Purpose.GRADIENTS).forEach((key, array) -> memory.upload(array, gradients.get(key)));
    }
  }

  @Override
  public void close() {
    inner.close();
    transfers.close();
  }
}
