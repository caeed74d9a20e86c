package longtail.spark;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.dataset.Normalization;
import longtail.eval.Predictions;
import longtail.eval.Ranking;
import longtail.image.CenterCrop;
import longtail.image.ImageCodec;
import longtail.image.Pipeline;
import longtail.image.RgbImage;
import longtail.nn.Mode;
import longtail.nn.Network;
import longtail.shard.Samples;
import longtail.shard.ShardReader;
import longtail.shard.ShardedDataset;
import org.apache.hadoop.conf.Configuration;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Scores a model on a contiguous part of a dataset's rows, which lie in few shards. */
final class ShareEvaluator implements AutoCloseable {
  private final Task task;
  private final ShardedDataset dataset;
  private final Samples samples;
  private final Network network;
  private final Pipeline pipeline;
  private final ShardReader reader;

  /**
   * What a task is told.
   *
   * @param data directory of the dataset
   * @param output directory of the predictions
   * @param normalization of the pixels, that of the training set
   * @param height of the images that the network sees
   * @param width of the images that the network sees
   * @param batchSize images of one forward pass
   * @param shares number of parts
   */
  record Task(
      String data,
      String output,
      Normalization normalization,
      int height,
      int width,
      int batchSize,
      int shares)
      implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  private ShareEvaluator(Task task, ShardedDataset dataset, Network network, Configuration conf) {
    this.task = task;
    this.dataset = dataset;
    this.network = network;
    samples = dataset.samples();
    pipeline = Pipeline.of(List.of(), task.normalization().mean(), task.normalization().std());
    reader = new ShardReader(dataset, conf, 0);
  }

  /** The evaluator of the model zip {@code model}; the caller closes it. */
  static ShareEvaluator open(Task task, byte[] model, Configuration conf) throws IOException {
    ShardedDataset dataset = ShardedDataset.open(task.data(), conf);
    Network network = Network.load(new ByteArrayInputStream(model));
    int classes = dataset.classNames().size();
    if (network.classes() != classes) {
      network.close();
      throw new LongTailException(
          ErrorCode.CONFIG,
          "evaluating on %s: the model knows %d classes, the dataset has %d; prepare the dataset with the classes that the model was trained on"
              .formatted(task.data(), network.classes(), classes));
    }
    return new ShareEvaluator(task, dataset, network, conf);
  }

  /** Scores part {@code share}, and writes each prediction to {@code table}. */
  Predictions score(int share, PredictionTable table) throws IOException {
    int from = (int) ((long) samples.size() * share / task.shares());
    int to = (int) ((long) samples.size() * (share + 1) / task.shares());
    Predictions predictions = Predictions.of(network.classes());
    for (int row = from; row < to; row += task.batchSize()) {
      int[] rows = IntStream.range(row, Math.min(to, row + task.batchSize())).toArray();
      float[][] scores = forward(rows);
      for (int i = 0; i < rows.length; i++) {
        int label = samples.label(rows[i]);
        predictions.add(label, scores[i]);
        table.add(
            samples.imageId(rows[i]),
            label,
            Ranking.top(scores[i], PredictionTable.TOP),
            Ranking.confidence(scores[i]));
      }
    }
    return predictions;
  }

  private float[][] forward(int[] rows) {
    int length = task.height() * task.width() * 3;
    float[] pixels = new float[rows.length * length];
    SplittableRandom unused = RandomStreams.of(0);
    for (int i = 0; i < rows.length; i++) {
      pipeline.apply(image(rows[i]), unused, pixels, i * length);
    }
    try (INDArray floats = Nd4j.createFromArray(pixels);
        INDArray images = floats.castTo(network.type())) {
      return network
          .forward(images.reshape('c', rows.length, task.height(), task.width(), 3), Mode.EVAL)
          .logits()
          .castTo(DataType.FLOAT)
          .toFloatMatrix();
    }
  }

  private RgbImage image(int row) {
    RgbImage image = decode(row);
    if (image.height() == task.height() && image.width() == task.width()) {
      return image;
    }
    boolean square = task.height() == task.width();
    if (!square || image.height() < task.height() || image.width() < task.width()) {
      throw new LongTailException(
          ErrorCode.DATA,
          "image '%s' of %s is %d x %d, the model takes %d x %d: prepare the dataset with that size"
              .formatted(
                  samples.imageId(row),
                  dataset.name(),
                  image.width(),
                  image.height(),
                  task.width(),
                  task.height()));
    }
    return new CenterCrop(task.height()).apply(image);
  }

  private RgbImage decode(int row) {
    try {
      return ImageCodec.decode(reader.read(row));
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.DATA,
          "decoding image '%s' of %s: %s; prepare the dataset again"
              .formatted(samples.imageId(row), dataset.name(), e.getMessage()),
          e);
    }
  }

  @Override
  public void close() throws IOException {
    network.close();
    reader.close();
  }
}
