package longtail.spark;

import java.io.IOException;
import java.io.Serializable;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.dataset.Normalization;
import longtail.eval.Predictions;
import longtail.image.RgbImage;
import longtail.image.augment.CenterCrop;
import longtail.image.augment.Pipeline;
import longtail.image.codec.ImageCodec;
import longtail.nn.Activations;
import longtail.nn.Architecture;
import longtail.nn.Mode;
import longtail.nn.Network;
import longtail.shard.NetworkOutput;
import longtail.shard.Samples;
import longtail.shard.ShardReader;
import longtail.shard.ShardedDataset;
import longtail.train.SavedModel;
import org.apache.hadoop.conf.Configuration;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Scores a network on a contiguous part of a dataset's rows, which lie in few shards. */
final class Scorer implements AutoCloseable {
  private final ShardedDataset dataset;
  private final Samples samples;
  private final Network network;
  private final View view;
  private final Pipeline pipeline;
  private final ShardReader reader;

  /**
   * How the network sees an image.
   *
   * @param normalization of the pixels, that of the training set
   * @param height of the images that the network sees
   * @param width of the images that the network sees
   * @param batchSize images of one forward pass
   */
  record View(Normalization normalization, int height, int width, int batchSize)
      implements Serializable {
    private static final long serialVersionUID = 1L;

    /**
     * Images of the size that {@code model} was trained on, normalised as then; as those of {@code
     * dataset} where the model does not know.
     */
    static View of(SavedModel model, ShardedDataset dataset, int batchSize) {
      Optional<Architecture> trained =
          model.checkpoint().map(c -> c.experiment().architecture(dataset));
      Normalization normalization =
          model
              .checkpoint()
              .map(c -> c.manifest().data().normalization())
              .orElseGet(dataset::normalization);
      return new View(
          normalization,
          trained.map(Architecture::height).orElseGet(() -> dataset.samples().height(0)),
          trained.map(Architecture::width).orElseGet(() -> dataset.samples().width(0)),
          batchSize);
    }
  }

  /** Takes the logits of one row. */
  interface Sink {
    /** The network gives the image at {@code row} of the table the logits {@code [classes]}. */
    void accept(int row, float[] logits) throws IOException;
  }

  /** Takes what the network says about some rows. */
  interface BatchSink {
    /** The network gives the images at {@code rows} of the table {@code output}, one row each. */
    void accept(int[] rows, float[][] output) throws IOException;
  }

  /** Takes several outputs of the network about some rows. */
  interface OutputsSink {
    /** The network gives the images at {@code rows} of the table {@code outputs}, one row each. */
    void accept(int[] rows, Map<NetworkOutput, float[][]> outputs) throws IOException;
  }

  /**
   * A scorer of {@code network}, which it closes.
   *
   * @param cacheBytes memory for encoded images that are read more than once
   */
  Scorer(ShardedDataset dataset, Network network, View view, long cacheBytes, Configuration conf) {
    this.dataset = dataset;
    this.network = network;
    this.view = view;
    samples = dataset.samples();
    pipeline = Pipeline.of(List.of(), view.normalization().mean(), view.normalization().std());
    reader = new ShardReader(dataset, conf, cacheBytes);
  }

  /** The network that is scored. */
  Network network() {
    return network;
  }

  /** The rows that are scored. */
  Samples samples() {
    return samples;
  }

  /**
   * Scores part {@code part} of {@code parts} of the rows.
   *
   * @param sink gets the logits as well
   * @throws LongTailException (DATA) when an image cannot be read or is too small
   */
  Predictions score(int part, int parts, Sink sink) throws IOException {
    Predictions predictions = Predictions.of(network.classes());
    visit(
        part,
        parts,
        NetworkOutput.LOGITS,
        (rows, logits) -> {
          for (int i = 0; i < rows.length; i++) {
            predictions.add(samples.label(rows[i]), logits[i]);
            sink.accept(rows[i], logits[i]);
          }
        });
    return predictions;
  }

  /** As the general one below, for a single output. */
  void visit(int part, int parts, NetworkOutput output, BatchSink sink) throws IOException {
    visit(
        part, parts, EnumSet.of(output), (rows, outputs) -> sink.accept(rows, outputs.get(output)));
  }

  /**
   * Sends part {@code part} of {@code parts} of the rows through the network, batch by batch.
   *
   * @param wanted which outputs {@code sink} gets
   * @throws LongTailException (DATA) when an image cannot be read or is too small
   */
  void visit(int part, int parts, Set<NetworkOutput> wanted, OutputsSink sink) throws IOException {
    int from = (int) ((long) samples.size() * part / parts);
    int to = (int) ((long) samples.size() * (part + 1) / parts);
    for (int row = from; row < to; row += view.batchSize()) {
      int[] rows = IntStream.range(row, Math.min(to, row + view.batchSize())).toArray();
      sink.accept(rows, forward(rows, wanted));
    }
  }

  private Map<NetworkOutput, float[][]> forward(int[] rows, Set<NetworkOutput> wanted) {
    int length = view.height() * view.width() * 3;
    float[] pixels = new float[rows.length * length];
    SplittableRandom unused = RandomStreams.of(0);
    for (int i = 0; i < rows.length; i++) {
      pipeline.apply(image(rows[i]), unused, pixels, i * length);
    }
    try (INDArray floats = Nd4j.createFromArray(pixels);
        INDArray images = floats.castTo(network.type())) {
      INDArray batch = images.reshape('c', rows.length, view.height(), view.width(), 3);
      Activations activations = network.forward(batch, Mode.EVAL);
      Map<NetworkOutput, float[][]> outputs = new EnumMap<>(NetworkOutput.class);
      wanted.forEach(output -> outputs.put(output, numbers(activations, output)));
      return outputs;
    }
  }

  private static float[][] numbers(Activations activations, NetworkOutput output) {
    INDArray numbers =
        switch (output) {
          case LOGITS -> activations.logits();
          case FEATURES -> activations.features();
        };
    return numbers.castTo(DataType.FLOAT).toFloatMatrix();
  }

  private RgbImage image(int row) {
    RgbImage image = decode(row);
    if (image.height() == view.height() && image.width() == view.width()) {
      return image;
    }
    boolean square = view.height() == view.width();
    if (!square || image.height() < view.height() || image.width() < view.width()) {
      throw new LongTailException(
          ErrorCode.DATA,
          "image '%s' of %s is %d x %d, the model takes %d x %d: prepare the dataset with that size"
              .formatted(
                  samples.imageId(row),
                  dataset.name(),
                  image.width(),
                  image.height(),
                  view.width(),
                  view.height()));
    }
    return new CenterCrop(view.height()).apply(image);
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
