package longtail.spark;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.eval.Predictions;
import longtail.image.CenterCrop;
import longtail.image.ImageCodec;
import longtail.image.Pipeline;
import longtail.image.RgbImage;
import longtail.nn.Activations;
import longtail.nn.Architecture;
import longtail.nn.Mode;
import longtail.nn.Network;
import longtail.shard.ShardReader;
import longtail.shard.ShardedDataset;
import longtail.train.Experiment;
import longtail.train.FlatVector;
import org.apache.hadoop.conf.Configuration;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Scores the network of a run on a share of its validation set; resident in an executor. */
final class Scorer implements AutoCloseable {
  private static final long CACHE_BYTES = 64L << 20;

  private final ShardedDataset validation;
  private final Network network;
  private final Architecture architecture;
  private final int batchSize;
  private final Pipeline pipeline;
  private final ShardReader reader;

  private Scorer(
      ShardedDataset validation,
      Network network,
      Architecture architecture,
      int batchSize,
      Pipeline pipeline,
      ShardReader reader) {
    this.validation = validation;
    this.network = network;
    this.architecture = architecture;
    this.batchSize = batchSize;
    this.pipeline = pipeline;
    this.reader = reader;
  }

  /** A scorer for networks of {@code experiment} trained on {@code training}. */
  static Scorer open(
      Experiment experiment,
      ShardedDataset training,
      ShardedDataset validation,
      Configuration conf) {
    return new Scorer(
        validation,
        experiment.network(training),
        experiment.architecture(training),
        experiment.evaluation().batchSize(),
        Pipeline.of(List.of(), training.normalization().mean(), training.normalization().std()),
        new ShardReader(validation, conf, CACHE_BYTES));
  }

  /**
   * Scores the images whose row is {@code part} modulo {@code parts}.
   *
   * @throws LongTailException (DATA) when an image cannot be read
   */
  Predictions score(FlatVector parameters, int part, int parts) {
    parameters.copyTo(network.parameters());
    int[] rows =
        IntStream.range(0, validation.samples().size()).filter(r -> r % parts == part).toArray();
    Predictions predictions = Predictions.of(architecture.classes());
    for (int from = 0; from < rows.length; from += batchSize) {
      int[] batch = Arrays.copyOfRange(rows, from, Math.min(rows.length, from + batchSize));
      score(batch, predictions);
    }
    return predictions;
  }

  private void score(int[] rows, Predictions predictions) {
    int length = architecture.height() * architecture.width() * 3;
    float[] pixels = new float[rows.length * length];
    for (int i = 0; i < rows.length; i++) {
      pipeline.apply(image(rows[i]), RandomStreams.of(0), pixels, i * length);
    }
    long[] shape = {rows.length, architecture.height(), architecture.width(), 3};
    try (INDArray floats = Nd4j.createFromArray(pixels);
        INDArray images = floats.castTo(network.type())) {
      Activations activations = network.forward(images.reshape('c', shape), Mode.EVAL);
      float[][] logits = activations.logits().castTo(DataType.FLOAT).toFloatMatrix();
      for (int i = 0; i < rows.length; i++) {
        predictions.add(validation.samples().label(rows[i]), logits[i]);
      }
    }
  }

  private RgbImage image(int row) {
    try {
      RgbImage image = ImageCodec.decode(reader.read(row));
      return image.height() == architecture.height() && image.width() == architecture.width()
          ? image
          : new CenterCrop(architecture.height()).apply(image);
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.DATA,
          "cannot decode validation image '%s': %s; prepare the validation set again"
              .formatted(validation.samples().imageId(row), e.getMessage()),
          e);
    }
  }

  @Override
  public void close() throws IOException {
    network.close();
    reader.close();
  }
}
