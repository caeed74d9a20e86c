package longtail.nn.kernel;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** A fused convolution by ND4J's operations, one after the other. */
final class Nd4jFusedConvolution implements FusedConvolutionKernel {
  private final ConvolutionKernel convolution;
  private final Epilogue epilogue;
  private final INDArray weights;
  private final INDArray bias;
  private final INDArray addend;

  Nd4jFusedConvolution(
      ConvolutionShape shape, Epilogue epilogue, ConvolutionKernel convolution, DataType type) {
    this.convolution = convolution;
    this.epilogue = epilogue;
    weights = Scratch.array(type, shape.weight());
    bias = Scratch.array(type, shape.outputs());
    addend =
        epilogue == Epilogue.SUM_AND_RECTIFIER
            ? Scratch.array(type, shape.output().toArray())
            : null;
  }

  @Override
  public void load(INDArray weight, INDArray shift) {
    weights.assign(weight);
    bias.assign(shift);
  }

  @Override
  public void forward(INDArray x, INDArray y) {
    if (addend != null) {
      addend.assign(y);
    }
    convolution.forward(x, weights, y);
    y.reshape('c', new long[] {y.length() / bias.length(), bias.length()}).addiRowVector(bias);
    if (addend != null) {
      y.addi(addend);
    }
    if (epilogue != Epilogue.NONE) {
      Transforms.relu(y, false);
    }
  }

  @Override
  public void close() {
    convolution.close();
    Scratch.release(weights);
    Scratch.release(bias);
    Scratch.release(addend);
  }
}
