package longtail.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import longtail.nn.graph.Program;
import longtail.nn.layer.OperatorLayer;
import longtail.nn.layer.OperatorLayer.Purpose;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A flat vector laid out as the parameters, cut into the tensors of every layer.
 *
 * @param purpose what the layers use them for
 * @param layers the layers that have parameters
 * @param views their tensors by key, in the same order
 */
record LayerTensors(
    Purpose purpose, List<OperatorLayer<?>> layers, List<Map<String, INDArray>> views) {
  static LayerTensors of(Purpose purpose, Program program, INDArray flat) {
    List<OperatorLayer<?>> layers = new ArrayList<>();
    List<Map<String, INDArray>> views = new ArrayList<>();
    for (Program.Step step : program.steps()) {
      if (step.operator() instanceof OperatorLayer<?> layer) {
        Program.Parameters place = program.parameters(step);
        long end = place.offset() + place.length();
        INDArray part = flat.get(NDArrayIndex.interval(place.offset(), end));
        layers.add(layer);
        views.add(layer.views(part));
      }
    }
    return new LayerTensors(purpose, List.copyOf(layers), List.copyOf(views));
  }

  /** Does {@code work} while the layers use {@code tensors} instead of the graph's own. */
  static <T> T using(List<LayerTensors> tensors, Supplier<T> work) {
    tensors.forEach(LayerTensors::use);
    try {
      return work.get();
    } finally {
      tensors.forEach(LayerTensors::release);
    }
  }

  /** As above, for work without a result. */
  static void doing(List<LayerTensors> tensors, Runnable work) {
    using(
        tensors,
        () -> {
          work.run();
          return tensors;
        });
  }

  private void use() {
    for (int i = 0; i < layers.size(); i++) {
      layers.get(i).use(purpose, views.get(i));
    }
  }

  private void release() {
    layers.forEach(layer -> layer.release(purpose));
  }
}
