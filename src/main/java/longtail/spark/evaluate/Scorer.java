package longtail.spark.evaluate;

import java.io.Serializable;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.eval.Predictions;
import longtail.image.augment.Pipeline;
import longtail.image.augment.Preprocessing;
import longtail.nn.Activations;
import longtail.nn.Network;
import longtail.nn.layer.Mode;
import longtail.shard.NetworkOutput;
import longtail.shard.Samples;
import longtail.shard.ShardedDataset;
import longtail.train.data.DecodedShards;
import org.apache.hadoop.conf.Configuration;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Shows rows of a dataset to networks: decoded, prepared, batch by batch. */
public final class Scorer implements AutoCloseable {
  private final Samples samples;
  private final View view;
  private final DecodedShards images;

  /**
   * How the network sees images.
   *
   * @param pipeline what is done to an image
   * @param batchSize images of one forward pass
   */
  public record View(Pipeline pipeline, int batchSize) implements Serializable {
    private static final long serialVersionUID = 1L;

    /**
     * Images of {@code dataset} prepared by {@code preprocessing}; where that says no
     * normalisation, by the dataset's.
     */
    public static View of(Preprocessing preprocessing, ShardedDataset dataset, int batchSize) {
      Samples samples = dataset.samples();
      return new View(
          preprocessing.pipeline(samples.height(0), samples.width(0), dataset.normalization()),
          batchSize);
    }
  }

  /**
   * What a network says about some rows.
   *
   * @param rows of the dataset's table
   * @param of one row each of every output that was wanted
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on, not kept
  public record Outputs(int[] rows, Map<NetworkOutput, float[][]> of) {}

  /**
   * A scorer on {@code dataset}.
   *
   * @param cacheBytes memory for decoded images that are seen more than once, as far as the workers
   *     of this process have not taken it
   */
  public Scorer(ShardedDataset dataset, View view, long cacheBytes, Configuration conf) {
    this.view = view;
    samples = dataset.samples();
    images = new DecodedShards(dataset, cacheBytes, conf);
  }

  /** The rows that are scored. */
  public Samples samples() {
    return samples;
  }

  /**
   * The predictions of {@code network} for part {@code part} of {@code parts}.
   *
   * @throws LongTailException (DATA) when an image cannot be read
   */
  public Predictions predictions(Network network, int part, int parts) {
    Predictions predictions = Predictions.of(network.classes());
    outputs(network, part, parts, EnumSet.of(NetworkOutput.LOGITS))
        .forEachRemaining(
            batch -> {
              float[][] logits = batch.of().get(NetworkOutput.LOGITS);
              for (int i = 0; i < logits.length; i++) {
                predictions.add(samples.label(batch.rows()[i]), logits[i]);
              }
            });
    return predictions;
  }

  /**
   * What {@code network} says about part {@code part} of {@code parts} of the rows, which are
   * contiguous and so lie in few shards. A batch is computed when it is asked for.
   *
   * @param wanted which outputs a batch has
   * @throws LongTailException (DATA) when an image cannot be read
   */
  public Iterator<Outputs> outputs(
      Network network, int part, int parts, Set<NetworkOutput> wanted) {
    return outputs(network, part, parts, samples.size(), wanted);
  }

  /** The same for the first {@code limit} rows alone, if there are more. */
  Iterator<Outputs> outputs(
      Network network, int part, int parts, int limit, Set<NetworkOutput> wanted) {
    long rowsInAll = Math.min(limit, samples.size());
    int from = (int) (rowsInAll * part / parts);
    int to = (int) (rowsInAll * (part + 1) / parts);
    int batches = (to - from + view.batchSize() - 1) / view.batchSize();
    return IntStream.range(0, batches)
        .mapToObj(
            batch -> {
              int first = from + batch * view.batchSize();
              int[] rows = IntStream.range(first, Math.min(to, first + view.batchSize())).toArray();
              return new Outputs(rows, forward(network, rows, wanted));
            })
        .iterator();
  }

  private Map<NetworkOutput, float[][]> forward(
      Network network, int[] rows, Set<NetworkOutput> wanted) {
    Pipeline pipeline = view.pipeline();
    float[] pixels = new float[rows.length * pipeline.length()];
    SplittableRandom unused = RandomStreams.of(0);
    for (int i = 0; i < rows.length; i++) {
      images.fill(rows[i], pipeline, unused, pixels, i * pipeline.length());
    }
    return outputs(network, pixels, pipeline, wanted);
  }

  /**
   * What {@code network} says about images that it can see as they are.
   *
   * @param pixels normalised, {@code [images, height, width, 3]}
   * @param pipeline what has made them
   * @param wanted which outputs the result has
   * @return one row of each image of every output
   */
  public static Map<NetworkOutput, float[][]> outputs(
      Network network, float[] pixels, Pipeline pipeline, Set<NetworkOutput> wanted) {
    int images = pixels.length / pipeline.length();
    try (INDArray floats = Nd4j.createFromArray(pixels);
        INDArray typed = floats.castTo(network.type())) {
      INDArray batch = typed.reshape('c', images, pipeline.height(), pipeline.width(), 3);
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

  @Override
  public void close() {
    images.close();
  }
}
