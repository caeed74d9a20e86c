package longtail.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import longtail.nn.graph.Program;
import longtail.nn.kernel.KernelMemory;
import longtail.nn.kernel.Kernels;
import longtail.nn.layer.OperatorLayer.Purpose;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The flat vectors that a network computes with, {@code [P]} each: those of its graph, or some of
 * its own that the layers use instead while it computes.
 */
final class NetworkVectors implements AutoCloseable {
  /** What holds the parameters beside these; null for a twin. */
  private final ComputationGraph graph;

  private final Program program;
  private final KernelMemory memory;
  private final INDArray parameters;
  private final INDArray gradients;

  /** Where a backward pass writes: {@link #gradients}, or what is added to them afterwards. */
  private final INDArray written;

  /** What the layers use instead of the graph's own parameters and gradients. */
  private final List<LayerTensors> own;

  /** What nobody else holds. */
  private final List<INDArray> released;

  private INDArray lastDirection;
  private LayerTensors directionTensors;

  private NetworkVectors(
      ComputationGraph graph,
      Program program,
      KernelMemory memory,
      INDArray parameters,
      INDArray gradients,
      INDArray written,
      List<LayerTensors> own,
      List<INDArray> released) {
    this.graph = graph;
    this.program = program;
    this.memory = memory;
    this.parameters = parameters;
    this.gradients = gradients;
    this.written = written;
    this.own = own;
    this.released = released;
  }

  /** Those of an initialised graph, or in another memory than the host's copies of them. */
  static NetworkVectors of(ComputationGraph graph, Program program, KernelMemory memory) {
    graph.initGradientsView();
    long[] length = {graph.numParams()};
    INDArray parameters = graph.params().reshape('c', length);
    if (!memory.onHost()) {
      INDArray copy = memory.allocate(parameters.dataType(), length);
      memory.upload(parameters, copy);
      return owning(graph, program, memory, copy);
    }
    INDArray gradients = graph.getFlattenedGradients().reshape('c', length);
    return new NetworkVectors(
        graph, program, memory, parameters, gradients, gradients, List.of(), List.of());
  }

  /** A copy of these parameters, and gradients of their own, zero at first. */
  NetworkVectors twin() {
    INDArray copy = memory.allocate(type(), parameters.length());
    memory.copy(parameters, copy);
    return owning(null, program, memory, copy);
  }

  /** These parameters, and gradients of their own, zero at first; both go with them. */
  private static NetworkVectors owning(
      ComputationGraph graph, Program program, KernelMemory memory, INDArray parameters) {
    INDArray fresh = zeros(memory, parameters);
    return new NetworkVectors(
        graph,
        program,
        memory,
        parameters,
        fresh,
        fresh,
        List.of(
            LayerTensors.of(Purpose.PARAMETERS, program, parameters),
            LayerTensors.of(Purpose.GRADIENTS, program, fresh)),
        List.of(parameters, fresh));
  }

  /** The very same parameters and gradients; what backward passes write is added to these. */
  NetworkVectors view() {
    INDArray addend = zeros(memory, parameters);
    return new NetworkVectors(
        graph,
        program,
        memory,
        parameters,
        gradients,
        addend,
        Stream.concat(
                own.stream().filter(used -> used.purpose() == Purpose.PARAMETERS),
                Stream.of(LayerTensors.of(Purpose.GRADIENTS, program, addend)))
            .toList(),
        List.of(addend));
  }

  private static INDArray zeros(KernelMemory memory, INDArray like) {
    INDArray zeros = memory.allocate(like.dataType(), like.length());
    memory.fill(zeros, 0);
    return zeros;
  }

  KernelMemory memory() {
    return memory;
  }

  INDArray parameters() {
    return parameters;
  }

  INDArray gradients() {
    return gradients;
  }

  DataType type() {
    return parameters.dataType();
  }

  /**
   * The graph that holds the parameters, those of another memory than the host's as they are now.
   *
   * @throws IllegalStateException if these are a twin's
   */
  ComputationGraph graph() {
    if (graph == null) {
      throw new IllegalStateException(
          "no graph holds the parameters of a twin; copy them into the network that it was made of");
    }
    if (!memory.onHost()) {
      memory.download(parameters, graph.params().reshape('c', parameters.shape()));
    }
    return graph;
  }

  /** Does {@code work}, which changes parameters of layers, where it may touch them. */
  void changing(Runnable work) {
    memory.change(
        parameters,
        host -> {
          if (host == parameters) {
            doing(work);
          } else {
            LayerTensors.doing(List.of(LayerTensors.of(Purpose.PARAMETERS, program, host)), work);
          }
        });
  }

  /** Does {@code work} while the layers use these vectors. */
  <T> T using(Supplier<T> work) {
    return LayerTensors.using(own, work);
  }

  /** As above, for work without a result. */
  void doing(Runnable work) {
    LayerTensors.doing(own, work);
  }

  /** Does {@code work} while the layers use these vectors and parameters that move. */
  <T> T along(INDArray direction, Supplier<T> work) {
    // methods ask for tangents along the same array, its numbers changing, again and again
    if (direction != lastDirection) {
      lastDirection = direction;
      directionTensors = LayerTensors.of(Purpose.DIRECTION, program, direction);
    }
    List<LayerTensors> tensors = new ArrayList<>(own);
    tensors.add(directionTensors);
    return LayerTensors.using(tensors, work);
  }

  /** Sets the gradients to zero, and what backward passes have written. */
  void clearGradients() {
    memory.fill(gradients, 0);
    memory.fill(written, 0);
  }

  /** Sets what backward passes have written to zero, whatever was made of it. */
  void clearWritten() {
    memory.fill(written, 0);
  }

  /** Whether backward passes are added to the gradients, after they have ended. */
  boolean addsGradients() {
    return written != gradients;
  }

  /** Makes gradients of what a backward pass has written. */
  void collect(Kernels kernels) {
    if (addsGradients()) {
      kernels.accumulate(gradients, written);
    }
  }

  /** Releases the vectors that are neither the graph's nor another network's. */
  @Override
  public void close() {
    released.forEach(memory::free);
  }
}
