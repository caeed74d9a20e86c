package longtail.nn.kernel;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A convolution of several groups by ND4J: one after the other, each on a copy of its channels. All
 * groups share one kernel and its buffers.
 */
final class Nd4jGroupedConvolution implements ConvolutionKernel {
  private final int groups;
  private final Nd4jConvolution one;
  private final INDArray x;
  private final INDArray y;
  private final INDArray gradX;

  Nd4jGroupedConvolution(ConvolutionShape shape, DataType type) {
    MapShape in = shape.input();
    groups = shape.groups();
    MapShape share = new MapShape(in.batch(), in.height(), in.width(), in.channels() / groups);
    ConvolutionShape slice =
        new ConvolutionShape(
            share, shape.outputs() / groups, shape.window(), shape.stride(), shape.dilation(), 1);
    one = new Nd4jConvolution(slice, type);
    x = Scratch.array(type, share.toArray());
    gradX = Scratch.array(type, share.toArray());
    y = Scratch.array(type, slice.output().toArray());
  }

  @Override
  public void forward(INDArray input, INDArray weight, INDArray output) {
    for (int g = 0; g < groups; g++) {
      x.assign(channels(input, g));
      one.forward(x, filters(weight, g), y);
      channels(output, g).assign(y);
    }
  }

  @Override
  public void backward(
      INDArray input, INDArray weight, INDArray gradY, INDArray gradInput, INDArray gradWeight) {
    for (int g = 0; g < groups; g++) {
      x.assign(channels(input, g));
      y.assign(channels(gradY, g));
      one.backward(x, filters(weight, g), y, gradX, filters(gradWeight, g));
      channels(gradInput, g).assign(gradX);
    }
  }

  @Override
  public void backwardData(INDArray input, INDArray weight, INDArray gradY, INDArray gradInput) {
    for (int g = 0; g < groups; g++) {
      y.assign(channels(gradY, g));
      one.backwardData(x, filters(weight, g), y, gradX);
      channels(gradInput, g).assign(gradX);
    }
  }

  @Override
  public void backwardWeight(INDArray input, INDArray weight, INDArray gradY, INDArray gradWeight) {
    for (int g = 0; g < groups; g++) {
      x.assign(channels(input, g));
      y.assign(channels(gradY, g));
      one.backwardWeight(x, filters(weight, g), y, filters(gradWeight, g));
    }
  }

  @Override
  public void tangent(
      INDArray input,
      INDArray tangentInput,
      INDArray weight,
      INDArray tangentWeight,
      INDArray tangentOutput) {
    for (int g = 0; g < groups; g++) {
      x.assign(channels(input, g));
      if (tangentInput != null) {
        gradX.assign(channels(tangentInput, g));
      }
      INDArray tangentX = tangentInput == null ? null : gradX;
      one.tangent(x, tangentX, filters(weight, g), filters(tangentWeight, g), y);
      channels(tangentOutput, g).assign(y);
    }
  }

  private INDArray channels(INDArray map, int group) {
    long share = map.size(3) / groups;
    return map.get(
        NDArrayIndex.all(),
        NDArrayIndex.all(),
        NDArrayIndex.all(),
        NDArrayIndex.interval(group * share, (group + 1) * share));
  }

  /** A view in C order without gaps. */
  private INDArray filters(INDArray weight, int group) {
    long share = weight.size(0) / groups;
    long length = weight.length() / groups;
    return weight
        .reshape('c', new long[] {weight.length()})
        .get(NDArrayIndex.interval(group * length, (group + 1) * length))
        .reshape('c', new long[] {share, weight.size(1), weight.size(2), weight.size(3)});
  }

  @Override
  public void close() {
    one.close();
    Scratch.release(x);
    Scratch.release(y);
    Scratch.release(gradX);
  }
}
