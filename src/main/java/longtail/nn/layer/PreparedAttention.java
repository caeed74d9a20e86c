package longtail.nn.layer;

import static longtail.nn.layer.ModulatedAttention.KEY;
import static longtail.nn.layer.ModulatedAttention.MASK;
import static longtail.nn.layer.ModulatedAttention.QUERY;
import static longtail.nn.layer.ModulatedAttention.SPATIAL;
import static longtail.nn.layer.ModulatedAttention.VALUE;

import java.util.ArrayList;
import java.util.List;
import longtail.nn.kernel.Kernels;
import longtail.nn.kernel.LinearKernel;
import longtail.nn.kernel.MapShape;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Computes a {@link ModulatedAttention} for maps of one shape, in numbers of the parameters' type.
 * Rows of a matrix are the positions of all images, image by image; capital letters are those of
 * the derivation: {@code A = softmax(Q Kᵀ)}, {@code mask = A V W_maskᵀ}.
 */
final class PreparedAttention implements PreparedOperator {
  private final OperatorLayer<?> layer;
  private final Kernels kernels;
  private final long batch;
  private final long positions;
  private final long channels;
  private final long inner;
  private final LinearKernel narrow;
  private final LinearKernel whole;
  private final List<INDArray> owned = new ArrayList<>();
  private final INDArray map;
  private final INDArray result;
  private final INDArray vectors;
  private final Values now;
  private final Values change;

  /** The intermediate values of a pass, or their derivatives. */
  private record Values(
      INDArray value,
      INDArray query,
      INDArray key,
      INDArray attention,
      INDArray mixed,
      INDArray mask,
      INDArray spatial) {}

  PreparedAttention(OperatorLayer<?> layer, Kernels kernels, MapShape shape) {
    this.layer = layer;
    this.kernels = kernels;
    batch = shape.batch();
    positions = shape.height() * shape.width();
    channels = shape.channels();
    inner = channels / 2;
    long rows = batch * positions;
    narrow = kernels.linear(layer.elementType(), rows);
    whole = kernels.linear(layer.elementType(), batch);
    map = array(rows, channels);
    result = array(rows, channels);
    vectors = array(batch, channels * positions);
    now = values(rows);
    change = values(rows);
  }

  private Values values(long rows) {
    return new Values(
        array(rows, inner),
        array(rows, inner),
        array(rows, inner),
        array(rows, positions),
        array(rows, inner),
        array(rows, channels),
        array(batch, positions));
  }

  private INDArray array(long... shape) {
    INDArray array = Nd4j.createUninitializedDetached(layer.elementType(), shape);
    owned.add(array);
    return array;
  }

  /** The mask of the last forward pass, {@code [batch * positions, channels]}. */
  INDArray mask() {
    return now.mask;
  }

  /** The weights of the positions in the last forward pass, {@code [batch, positions]}. */
  INDArray spatial() {
    return now.spatial;
  }

  private INDArray weight(String key) {
    return matrix(layer.getParam(key));
  }

  private static INDArray matrix(INDArray tensor) {
    return tensor.reshape('c', tensor.size(0), tensor.length() / tensor.size(0));
  }

  private INDArray bias(String key) {
    return layer.getParam(ModulatedAttention.bias(key));
  }

  /** The rows of one image. */
  private INDArray image(INDArray rows, long index) {
    return rows.reshape('c', batch, positions, rows.size(1)).slice(index);
  }

  /** Copies a feature map, of whatever type, into rows. */
  private void read(INDArray from, INDArray rows) {
    if (from.dataType() == rows.dataType()) {
      rows.assign(from.reshape('c', rows.shape()));
    } else {
      kernels.convert(from, rows);
    }
  }

  private void write(INDArray rows, INDArray to) {
    if (to.dataType() == rows.dataType()) {
      to.reshape('c', rows.shape()).assign(rows);
    } else {
      kernels.convert(rows, to);
    }
  }

  /** Every image as one vector, channel by channel, as the weight of the positions wants it. */
  private void vectorize(INDArray rows) {
    vectors
        .reshape('c', batch, channels, positions)
        .assign(rows.reshape('c', batch, positions, channels).permute(0, 2, 1));
  }

  @Override
  public void forward(INDArray[] x, INDArray y) {
    read(x[0], map);
    narrow.forward(map, weight(VALUE), bias(VALUE), now.value);
    narrow.forward(map, weight(QUERY), bias(QUERY), now.query);
    narrow.forward(map, weight(KEY), bias(KEY), now.key);
    for (long b = 0; b < batch; b++) {
      INDArray attention = image(now.attention, b);
      Matrices.product(image(now.query, b), image(now.key, b).transpose(), attention);
      Matrices.softmax(attention);
      Matrices.product(attention, image(now.value, b), image(now.mixed, b));
    }
    Matrices.product(now.mixed, weight(MASK).transpose(), now.mask);
    vectorize(map);
    whole.forward(vectors, weight(SPATIAL), bias(SPATIAL), now.spatial);
    Matrices.softmax(now.spatial);
    result.assign(now.mask).muliColumnVector(Matrices.column(now.spatial)).addi(map);
    write(result, y);
  }

  @Override
  public void backward(INDArray[] x, INDArray y, INDArray gradY, INDArray[] gradX) {
    read(x[0], map);
    read(gradY, result);
    INDArray moved = change.mask.assign(result).muli(now.mask).sum(1);
    change.spatial.assign(moved.reshape('c', batch, positions));
    Matrices.throughSoftmax(now.spatial, change.spatial);
    change.mask.assign(result).muliColumnVector(Matrices.column(now.spatial));
    Matrices.product(change.mask, weight(MASK), change.mixed);
    for (long b = 0; b < batch; b++) {
      INDArray mixed = image(change.mixed, b);
      INDArray attention = image(change.attention, b);
      Matrices.product(mixed, image(now.value, b).transpose(), attention);
      Matrices.product(image(now.attention, b).transpose(), mixed, image(change.value, b));
      Matrices.throughSoftmax(image(now.attention, b), attention);
      Matrices.product(attention, image(now.key, b), image(change.query, b));
      Matrices.product(attention.transpose(), image(now.query, b), image(change.key, b));
    }
    parameterGradients();
    if (gradX[0] != null) {
      inputGradient();
      write(result, gradX[0]);
    }
  }

  private void parameterGradients() {
    vectorize(map);
    gradient(whole, vectors, SPATIAL, change.spatial);
    gradient(narrow, map, VALUE, change.value);
    gradient(narrow, map, QUERY, change.query);
    gradient(narrow, map, KEY, change.key);
    Matrices.product(change.mask.transpose(), now.mixed, matrix(layer.gradient(MASK)));
  }

  private void gradient(LinearKernel kernel, INDArray input, String key, INDArray gradOutput) {
    kernel.backwardWeight(
        input,
        gradOutput,
        matrix(layer.gradient(key)),
        layer.gradient(ModulatedAttention.bias(key)));
  }

  /** Adds to the gradient of the output, which reaches the input unchanged, what comes inside. */
  private void inputGradient() {
    Matrices.addProduct(change.value, weight(VALUE), result);
    Matrices.addProduct(change.query, weight(QUERY), result);
    Matrices.addProduct(change.key, weight(KEY), result);
    whole.backwardData(weight(SPATIAL), change.spatial, vectors);
    result
        .reshape('c', batch, positions, channels)
        .addi(vectors.reshape('c', batch, channels, positions).permute(0, 2, 1));
  }

  @Override
  public void tangent(INDArray[] x, INDArray[] tangentX, INDArray y, INDArray tangentY) {
    read(x[0], map);
    INDArray input = tangentX[0] == null ? null : matrixOfRows(tangentX[0]);
    tangent(narrow, map, input, VALUE, change.value);
    tangent(narrow, map, input, QUERY, change.query);
    tangent(narrow, map, input, KEY, change.key);
    for (long b = 0; b < batch; b++) {
      INDArray attention = image(change.attention, b);
      Matrices.product(image(change.query, b), image(now.key, b).transpose(), attention);
      Matrices.addProduct(image(now.query, b), image(change.key, b).transpose(), attention);
      Matrices.throughSoftmax(image(now.attention, b), attention);
      Matrices.product(attention, image(now.value, b), image(change.mixed, b));
      Matrices.addProduct(image(now.attention, b), image(change.value, b), image(change.mixed, b));
    }
    Matrices.product(change.mixed, weight(MASK).transpose(), change.mask);
    Matrices.addProduct(now.mixed, matrix(layer.direction(MASK)).transpose(), change.mask);
    spatialTangent(input);
    result.assign(change.mask).muliColumnVector(Matrices.column(now.spatial));
    change.mask.assign(now.mask).muliColumnVector(Matrices.column(change.spatial));
    result.addi(change.mask);
    if (input != null) {
      result.addi(input);
    }
    write(result, tangentY);
  }

  private INDArray matrixOfRows(INDArray featureMap) {
    return featureMap.reshape('c', batch * positions, channels);
  }

  private void spatialTangent(INDArray input) {
    vectorize(map);
    INDArray vectorsOfMap = vectors;
    INDArray moving = null;
    if (input != null) {
      vectorsOfMap = vectors.dup();
      vectorize(input);
      moving = vectors;
    }
    tangent(whole, vectorsOfMap, moving, SPATIAL, change.spatial);
    Matrices.throughSoftmax(now.spatial, change.spatial);
  }

  private void tangent(
      LinearKernel kernel, INDArray input, INDArray moving, String key, INDArray output) {
    kernel.tangent(
        input,
        moving,
        weight(key),
        matrix(layer.direction(key)),
        layer.direction(ModulatedAttention.bias(key)),
        output);
  }

  @Override
  public void close() {
    narrow.close();
    whole.close();
    owned.stream().filter(INDArray::closeable).forEach(INDArray::close);
  }
}
