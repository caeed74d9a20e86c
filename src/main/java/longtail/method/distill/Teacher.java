package longtail.method.distill;

import longtail.method.Batch;
import longtail.nn.Network;
import longtail.nn.layer.Mode;
import longtail.shard.RowLogits;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Who tells a student the logits of its images; it does not learn itself. */
interface Teacher extends AutoCloseable {
  /** Number of classes. */
  int classes();

  /** What it says of the images of {@code batch}, {@code [batch, classes]}, until the next call. */
  INDArray logits(Batch batch);

  @Override
  void close();

  /** A network that sees the very images that the student sees. It closes the network. */
  record Present(Network network) implements Teacher {
    @Override
    public int classes() {
      return network.classes();
    }

    @Override
    public INDArray logits(Batch batch) {
      return network.forward(batch.images(), Mode.EVAL).logits();
    }

    @Override
    public void close() {
      network.close();
    }
  }

  /** What a network said of each image before, however the image is augmented now. */
  final class Recorded implements Teacher {
    private final RowLogits table;
    private INDArray array = Nd4j.empty(DataType.FLOAT);
    private float[] numbers = new float[0];

    Recorded(RowLogits table) {
      this.table = table;
    }

    @Override
    public int classes() {
      return table.classes();
    }

    @Override
    public INDArray logits(Batch batch) {
      int length = batch.size() * classes();
      if (numbers.length != length) {
        close();
        array = Nd4j.createUninitializedDetached(DataType.FLOAT, batch.size(), classes());
        numbers = new float[length];
      }
      for (int i = 0; i < batch.size(); i++) {
        table.copy(batch.rows()[i], numbers, i * classes());
      }
      array.data().asNioFloat().put(numbers);
      return array;
    }

    @Override
    public void close() {
      if (!array.isEmpty()) {
        array.close();
      }
    }
  }
}
