package longtail.spark.predict;

import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.Serializable;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import longtail.eval.LogitCorrection;
import longtail.eval.OpenSet;
import longtail.nn.Network;
import longtail.shard.NetworkOutput;
import longtail.shard.OutputWriter;
import longtail.spark.evaluate.OutputStore;
import longtail.spark.evaluate.Scorer;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.util.LongAccumulator;

/** Scores and writes whole parts; what it says of an image does not depend on who writes it. */
final class PartPredictor implements AutoCloseable {
  private static final int NO_SHARD = 0;

  private final Task task;
  private final Network network;
  private final SeenImages images;
  private final Configuration conf;

  /**
   * What a task is told.
   *
   * @param files of the predictions
   * @param view how images are read and seen
   * @param correction of the logits
   * @param classNames name of each class
   * @param top how many classes are said of each image
   * @param threshold probability below which an answer is rejected
   * @param store what is kept of the outputs
   * @param batchSize images of one forward pass
   */
  record Task(
      PredictionFiles files,
      SeenImages.View view,
      LogitCorrection correction,
      List<String> classNames,
      int top,
      double threshold,
      OutputStore store,
      int batchSize)
      implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  private PartPredictor(Task task, Network network, SeenImages images, Configuration conf) {
    this.task = task;
    this.network = network;
    this.images = images;
    this.conf = conf;
  }

  /** A predictor with the model zip {@code model}; the caller closes it. */
  static PartPredictor open(Task task, byte[] model, Configuration conf) throws IOException {
    SeenImages images = SeenImages.open(task.view(), conf);
    return new PartPredictor(task, Network.load(new ByteArrayInputStream(model)), images, conf);
  }

  /**
   * Scores and writes {@code part}.
   *
   * @param seen counts the images
   */
  void write(Part part, LongAccumulator seen) throws IOException {
    PredictionFiles files = task.files();
    PartReport.Tally tally = new PartReport.Tally(network.classes());
    try (Outputs stored = Outputs.open(task.store(), part.number(), conf)) {
      try (PredictionWriter writer =
          PredictionWriter.create(
              files.format(), files.part(part.number()), task.classNames(), task.top(), conf)) {
        for (int from = 0; from < part.images().size(); from += task.batchSize()) {
          int to = Math.min(part.images().size(), from + task.batchSize());
          predict(part, from, to, writer, stored, tally, seen);
        }
        writer.finish();
      }
      stored.finish();
      files.complete(part.number(), tally.report(), conf);
    }
  }

  private void predict(
      Part part,
      int from,
      int to,
      PredictionWriter writer,
      Outputs stored,
      PartReport.Tally tally,
      LongAccumulator seen)
      throws IOException {
    List<ImageReference> batch = part.images().subList(from, to);
    float[] pixels = new float[batch.size() * task.view().input().length()];
    String[] errors = images.read(batch, pixels, seen);
    boolean readable = Arrays.stream(errors).anyMatch(String::isEmpty);
    Map<NetworkOutput, float[][]> outputs = readable ? outputs(pixels) : Map.of();
    for (int i = 0; i < errors.length; i++) {
      String name = batch.get(i).name();
      Prediction prediction = Prediction.unreadable(name, errors[i]);
      if (errors[i].isEmpty()) {
        float[] scores = task.correction().apply(outputs.get(NetworkOutput.LOGITS)[i]);
        prediction = Prediction.of(name, scores, task.top(), task.threshold());
        stored.add(name, outputs, i);
      }
      writer.add(prediction);
      tally.add(part.first() + from + i, prediction);
    }
  }

  private Map<NetworkOutput, float[][]> outputs(float... pixels) {
    Set<NetworkOutput> wanted = EnumSet.of(NetworkOutput.LOGITS);
    wanted.addAll(task.store().outputs());
    return Scorer.outputs(network, pixels, task.view().input().pipeline(), wanted);
  }

  @Override
  public void close() throws IOException {
    network.close();
    images.close();
  }

  /** A part's share of the tables of an {@link OutputStore}; the images have no class. */
  private record Outputs(Map<NetworkOutput, OutputWriter> writers) implements Closeable {
    static Outputs open(OutputStore store, int part, Configuration conf) throws IOException {
      Map<NetworkOutput, OutputWriter> writers = new EnumMap<>(NetworkOutput.class);
      for (NetworkOutput output : store.outputs()) {
        writers.put(output, OutputWriter.open(output, store.directory(), part, conf));
      }
      return new Outputs(writers);
    }

    void add(String name, Map<NetworkOutput, float[][]> outputs, int row) throws IOException {
      for (Map.Entry<NetworkOutput, OutputWriter> writer : writers.entrySet()) {
        float[] numbers = outputs.get(writer.getKey())[row];
        writer.getValue().add(NO_SHARD, name, OpenSet.UNKNOWN, numbers);
      }
    }

    void finish() throws IOException {
      for (OutputWriter writer : writers.values()) {
        writer.finish();
      }
    }

    @Override
    public void close() throws IOException {
      for (OutputWriter writer : writers.values()) {
        writer.close();
      }
    }
  }
}
