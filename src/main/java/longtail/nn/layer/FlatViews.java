package longtail.nn.layer;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import longtail.RandomStreams;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Cuts a layer's part of the flat vectors into tensors and fills fresh ones. The random numbers
 * come from a stream named by the seed and the layer's name, so they depend on nothing else.
 */
final class FlatViews implements ParamInitializer {
  static final FlatViews INSTANCE = new FlatViews();

  private FlatViews() {}

  private static Parameterized of(Layer layer) {
    return (Parameterized) layer;
  }

  @Override
  public long numParams(NeuralNetConfiguration configuration) {
    return numParams(configuration.getLayer());
  }

  @Override
  public long numParams(Layer layer) {
    return of(layer).tensors().stream().mapToLong(Parameterized.Tensor::length).sum();
  }

  @Override
  public List<String> paramKeys(Layer layer) {
    return of(layer).tensors().stream().map(Parameterized.Tensor::key).toList();
  }

  @Override
  public List<String> weightKeys(Layer layer) {
    return paramKeys(layer).stream().filter(key -> isWeightParam(layer, key)).toList();
  }

  @Override
  public List<String> biasKeys(Layer layer) {
    return paramKeys(layer).stream().filter(key -> isBiasParam(layer, key)).toList();
  }

  @Override
  public boolean isWeightParam(Layer layer, String key) {
    return role(layer, key).weight();
  }

  @Override
  public boolean isBiasParam(Layer layer, String key) {
    return role(layer, key).bias();
  }

  /** The role of the tensor {@code key} of {@code layer}. */
  static Role role(Layer layer, String key) {
    return of(layer).tensors().stream()
        .filter(tensor -> tensor.key().equals(key))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no parameter " + key))
        .role();
  }

  @Override
  public Map<String, INDArray> init(
      NeuralNetConfiguration configuration, INDArray view, boolean initialize) {
    Layer layer = configuration.getLayer();
    Map<String, INDArray> views = getGradientsFromFlattened(configuration, view);
    views.keySet().forEach(configuration::addVariable);
    if (initialize) {
      initialize(layer, views, configuration.getSeed());
    }
    return Collections.synchronizedMap(views);
  }

  /** Gives the tensors of {@code layer} fresh values. */
  static void initialize(Layer layer, Map<String, INDArray> views, long seed) {
    of(layer).initialize(views, RandomStreams.of(seed, layer.getLayerName().hashCode()));
  }

  @Override
  public Map<String, INDArray> getGradientsFromFlattened(
      NeuralNetConfiguration configuration, INDArray flat) {
    INDArray vector = flat.reshape('c', new long[] {flat.length()});
    Map<String, INDArray> views = new LinkedHashMap<>();
    long offset = 0;
    for (Parameterized.Tensor tensor : of(configuration.getLayer()).tensors()) {
      INDArray part = vector.get(NDArrayIndex.interval(offset, offset + tensor.length()));
      views.put(tensor.key(), part.reshape('c', tensor.shape()));
      offset += tensor.length();
    }
    return views;
  }
}
