package longtail.nn.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Maximum over windows by ND4J, whose operation leaves out what lies outside the map. */
final class Nd4jMaxPool implements MaxPoolKernel {
  private final MaxPoolShape shape;
  private final int[] arguments;

  Nd4jMaxPool(MaxPoolShape shape) {
    this.shape = shape;
    int window = shape.window();
    int stride = shape.stride();
    int padding = shape.padding();
    // window, strides, padding, dilation, no "same" mode, unused, channels last
    arguments = new int[] {window, window, stride, stride, padding, padding, 1, 1, 0, 0, 1};
  }

  @Override
  public void forward(INDArray x, INDArray y) {
    Nd4j.exec(
        DynamicCustomOp.builder("maxpool2d")
            .addInputs(x)
            .addOutputs(y)
            .addIntegerArguments(arguments)
            .build());
  }

  @Override
  public void backward(INDArray x, INDArray gradY, INDArray gradX) {
    Nd4j.exec(
        DynamicCustomOp.builder("maxpool2d_bp")
            .addInputs(x, gradY)
            .addOutputs(gradX)
            .addIntegerArguments(arguments)
            .build());
  }

  /** Follows the first largest value of every window, as the backward pass does. */
  @Override
  public void tangent(INDArray x, INDArray tangentX, INDArray tangentY) {
    INDArray values = framed(x, -Double.MAX_VALUE);
    INDArray tangents = framed(tangentX, 0);
    INDArray largest = Nd4j.valueArrayOf(tangentY.shape(), -Double.MAX_VALUE, x.dataType());
    tangentY.assign(0);
    for (int row = 0; row < shape.window(); row++) {
      for (int column = 0; column < shape.window(); column++) {
        INDArray value = lattice(values, row, column);
        INDArray larger = value.gt(largest).castTo(x.dataType());
        tangentY.addi(lattice(tangents, row, column).sub(tangentY).muli(larger));
        largest = Transforms.max(largest, value, false);
      }
    }
  }

  /** {@code map} in a frame of {@code outside}, as wide as the padding. */
  private INDArray framed(INDArray map, double outside) {
    MapShape in = shape.input();
    int padding = shape.padding();
    long[] extents = {
      in.batch(), in.height() + 2L * padding, in.width() + 2L * padding, in.channels()
    };
    INDArray framed = Nd4j.valueArrayOf(extents, outside, map.dataType());
    framed
        .get(
            NDArrayIndex.all(),
            NDArrayIndex.interval(padding, padding + in.height()),
            NDArrayIndex.interval(padding, padding + in.width()),
            NDArrayIndex.all())
        .assign(map);
    return framed;
  }

  /** What the windows have at ({@code row}, {@code column}). */
  private INDArray lattice(INDArray framed, int row, int column) {
    MapShape out = shape.output();
    int stride = shape.stride();
    return framed
        .get(
            NDArrayIndex.all(),
            NDArrayIndex.interval(row, stride, row + stride * (out.height() - 1) + 1),
            NDArrayIndex.interval(column, stride, column + stride * (out.width() - 1) + 1),
            NDArrayIndex.all())
        .dup('c');
  }
}
