package longtail.nn.head;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import longtail.nn.kernel.Kernels;
import longtail.nn.layer.Mode;
import longtail.nn.layer.OperatorLayer;
import longtail.nn.layer.Parameterized;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A head alone, on features that a test gives. */
public final class HeadRun {
  private final ComputationGraph graph;
  private final List<HeadPart> parts;
  private final Map<String, INDArray> gradients = new LinkedHashMap<>();

  private HeadRun(ComputationGraph graph, List<HeadPart> parts) {
    this.graph = graph;
    this.parts = parts;
  }

  /** A fresh head. */
  public static HeadRun of(Head head, int width, int classes, DataType type) {
    List<HeadPart> parts = head.parts(width, classes);
    ComputationGraphConfiguration.GraphBuilder builder =
        new NeuralNetConfiguration.Builder()
            .seed(5)
            .dataType(type)
            .trainingWorkspaceMode(WorkspaceMode.NONE)
            .inferenceWorkspaceMode(WorkspaceMode.NONE)
            .graphBuilder()
            .addInputs(HeadPart.FEATURES);
    for (HeadPart part : parts) {
      builder.addLayer(part.name(), part.layer(), part.input());
    }
    builder
        .setOutputs(parts.stream().map(HeadPart::name).toArray(String[]::new))
        .setInputTypes(InputType.feedForward(width));
    ComputationGraph graph = new ComputationGraph(builder.build());
    graph.init();
    graph.initGradientsView();
    return new HeadRun(graph, parts);
  }

  /** The live parameter that checkpoints call {@code name}. */
  public INDArray parameter(String name) {
    for (HeadPart part : parts) {
      for (Parameterized.Tensor tensor : part.layer().tensors()) {
        if (name.equals(part.name() + "." + tensor.suffix())) {
          return graph.paramTable().get(part.name() + "_" + tensor.key());
        }
      }
    }
    throw new IllegalArgumentException("no parameter " + name);
  }

  /** Names of the parameters that learn. */
  public List<String> learnt() {
    List<String> names = new ArrayList<>();
    for (HeadPart part : parts) {
      part.layer().tensors().stream()
          .filter(tensor -> tensor.role().trainable())
          .forEach(tensor -> names.add(part.name() + "." + tensor.suffix()));
    }
    return names;
  }

  /** The outputs of all layers by name. */
  public Map<String, INDArray> forward(INDArray features) {
    return graph.feedForward(new INDArray[] {features}, true, false);
  }

  /** The gradient of the features after {@link #forward}, from those of the outputs by name. */
  public INDArray backward(Map<String, INDArray> gradOutputs) {
    Map<String, INDArray> incoming = new HashMap<>(gradOutputs);
    int[] order = graph.topologicalSortOrder();
    for (int i = order.length - 1; i >= 0; i--) {
      GraphVertex vertex = graph.getVertices()[order[i]];
      INDArray gradient = incoming.get(vertex.getVertexName());
      if (vertex.isInputVertex() || gradient == null) {
        continue;
      }
      vertex.setEpsilon(gradient);
      Pair<Gradient, INDArray[]> result =
          vertex.doBackward(false, LayerWorkspaceMgr.noWorkspaces());
      HeadPart part =
          parts.stream().filter(p -> p.name().equals(vertex.getVertexName())).findFirst().get();
      for (Parameterized.Tensor tensor : part.layer().tensors()) {
        gradients.put(
            part.name() + "." + tensor.suffix(),
            result.getFirst().getGradientFor(tensor.key()).dup());
      }
      incoming.merge(part.input(), result.getSecond()[0], INDArray::add);
    }
    return incoming.get(HeadPart.FEATURES);
  }

  /** What the memory of a {@code MetaEmbeddingHead} adds to {@code features}. */
  public INDArray infused(INDArray features) {
    return embedded(features).infused();
  }

  /** How near {@code features} are to the centroids of a {@code MetaEmbeddingHead}. */
  public double[] reachability(INDArray features) {
    return embedded(features).reachability();
  }

  private PreparedMetaEmbedding embedded(INDArray features) {
    OperatorLayer<?> layer = (OperatorLayer<?>) graph.getLayer(classifier());
    PreparedMetaEmbedding operation =
        (PreparedMetaEmbedding)
            layer.prepare(Kernels.of(features.dataType()), Mode.TRAIN, features.shape());
    INDArray logits = Nd4j.create(features.dataType(), layer.outputShape(features.shape()));
    operation.forward(new INDArray[] {features}, logits);
    return operation;
  }

  /** The gradient of the parameter {@code name} in the last backward pass. */
  public INDArray gradient(String name) {
    return gradients.get(name);
  }

  /** Name of the layer that gives the logits. */
  public String classifier() {
    return parts.stream()
        .filter(part -> part.layer().use() == HeadLayer.Use.CLASSIFIER)
        .findFirst()
        .orElseThrow()
        .name();
  }

  /** Renders uniform draws in [-1, 1) as the start of a normalised classifier. */
  public static void shortenColumns(INDArray weight) {
    NormalizedLinear.shortenColumns(weight);
  }
}
