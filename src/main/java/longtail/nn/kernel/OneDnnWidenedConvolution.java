package longtail.nn.kernel;

import org.bytedeco.dnnl.memory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A convolution of bfloat16 maps that is computed in float32, for processors without instructions
 * for bfloat16: there it is about three times as fast as oneDNN's own detour.
 */
final class OneDnnWidenedConvolution implements ConvolutionKernel {
  private final OneDnnConvolution wide;
  private final Wide x;
  private final Wide y;

  /** {@code inputs} and {@code outputs} lend the memory for the float32 maps. */
  OneDnnWidenedConvolution(ConvolutionShape shape, Loan inputs, Loan outputs) {
    wide = new OneDnnConvolution(shape, memory.data_type.f32);
    x = new Wide(shape.input(), inputs);
    y = new Wide(shape.output(), outputs);
  }

  @Override
  public void forward(INDArray input, INDArray weight, INDArray output) {
    wide.forward(x.read(input), weight, y.array());
    y.write(output);
  }

  @Override
  public void tangent(
      INDArray input,
      INDArray tangentX,
      INDArray weight,
      INDArray tangentWeight,
      INDArray tangentY) {
    throw new UnsupportedOperationException("tangents are computed on maps of float32");
  }

  @Override
  public void backwardData(INDArray input, INDArray weight, INDArray gradY, INDArray gradX) {
    wide.backwardData(null, weight, y.read(gradY), x.array());
    x.write(gradX);
  }

  @Override
  public void backwardWeight(INDArray input, INDArray weight, INDArray gradY, INDArray gradWeight) {
    wide.backwardWeight(x.read(input), weight, y.read(gradY), gradWeight);
  }

  @Override
  public void close() {
    wide.close();
    x.close();
    y.close();
  }

  /** Memory that all convolutions of a set use in turn. */
  static final class Loan {
    private INDArray memory;

    INDArray array(long length) {
      if (memory == null || memory.length() < length) {
        Scratch.release(memory);
        memory = Scratch.array(DataType.FLOAT, length);
      }
      return memory;
    }
  }

  /** A bfloat16 map's float32 twin. */
  private static final class Wide implements AutoCloseable {
    private final long length;
    private final Loan loan;
    private final OneDnnConversion widen;
    private final OneDnnConversion narrow;

    Wide(MapShape shape, Loan loan) {
      length = shape.positions() * shape.channels();
      this.loan = loan;
      widen = new OneDnnConversion(length, memory.data_type.bf16, memory.data_type.f32);
      narrow = new OneDnnConversion(length, memory.data_type.f32, memory.data_type.bf16);
    }

    INDArray array() {
      return loan.array(length);
    }

    INDArray read(INDArray map) {
      INDArray array = array();
      widen.run(Slot.address(map), Slot.address(array));
      return array;
    }

    void write(INDArray map) {
      narrow.run(Slot.address(array()), Slot.address(map));
    }

    @Override
    public void close() {
      widen.close();
      narrow.close();
    }
  }
}
