package longtail.nn.kernel;

import org.bytedeco.dnnl.memory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The mean over all positions of bfloat16 maps, summed and given in float32. */
final class OneDnnWidenedPool implements PoolKernel {
  private final OneDnnPool wide;
  private final INDArray map;
  private final OneDnnConversion widen;
  private final OneDnnConversion narrow;

  OneDnnWidenedPool(MapShape input) {
    wide = new OneDnnPool(input);
    map = Scratch.array(DataType.FLOAT, input.toArray());
    widen = new OneDnnConversion(map.length(), memory.data_type.bf16, memory.data_type.f32);
    narrow = new OneDnnConversion(map.length(), memory.data_type.f32, memory.data_type.bf16);
  }

  @Override
  public void forward(INDArray x, INDArray y) {
    widen.run(Slot.address(x), Slot.address(map));
    wide.forward(map, y);
  }

  @Override
  public void backward(INDArray gradY, INDArray gradX) {
    wide.backward(gradY, map);
    narrow.run(Slot.address(map), Slot.address(gradX));
  }

  @Override
  public void close() {
    wide.close();
    widen.close();
    narrow.close();
    Scratch.release(map);
  }
}
