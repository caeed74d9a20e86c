package longtail.spark.predict;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import longtail.LongTailException;
import longtail.image.ActivationMap;
import longtail.image.Bilinear;
import longtail.image.HeatMap;
import longtail.image.RgbImage;
import longtail.image.augment.Pipeline;
import longtail.image.codec.ImageCodec;
import longtail.nn.ClassActivation;
import longtail.nn.Network;
import longtail.report.ContactSheetPage.Picture;
import longtail.report.ContactSheetPage.Predicted;
import longtail.shard.NetworkOutput;
import longtail.spark.evaluate.Scorer;
import longtail.spark.job.JobFailures;
import longtail.spark.predict.UncertainImages.Candidate;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Draws the least certain images, each beside what speaks for its class, as a Spark job. */
public final class ContactSheet {
  private static final Logger LOG = LoggerFactory.getLogger(ContactSheet.class);
  private static final int BATCH = 32;
  private static final int LARGEST_SIDE = 96;
  private static final double QUALITY = 0.7;
  private static final int BEST = 3;

  private ContactSheet() {}

  /**
   * An image to be drawn.
   *
   * @param reference where it is
   * @param predicted its class
   */
  public record Wanted(ImageReference reference, int predicted) {}

  /**
   * A drawn image.
   *
   * @param predicted its class
   * @param picture what the page shows of it
   */
  public record Drawn(int predicted, Picture picture) {}

  /**
   * The classes that were predicted, with pictures.
   *
   * @param all the report of all parts
   */
  static List<Predicted> classes(
      JavaSparkContext spark,
      PartPredictor.Task task,
      byte[] model,
      ImageList images,
      PartReport all,
      List<Candidate> shown) {
    List<List<Wanted>> batches = new ArrayList<>();
    for (int from = 0; from < shown.size(); from += BATCH) {
      batches.add(
          shown.subList(from, Math.min(shown.size(), from + BATCH)).stream()
              .map(c -> new Wanted(images.images().get(c.image()), c.predicted()))
              .toList());
    }
    Map<Integer, List<Picture>> pictures = new TreeMap<>();
    for (Drawn drawn : draw(spark, task, model, batches)) {
      pictures.computeIfAbsent(drawn.predicted(), c -> new ArrayList<>()).add(drawn.picture());
    }
    return all.predicted().entrySet().stream()
        .map(
            entry ->
                new Predicted(
                    task.classNames().get(entry.getKey()),
                    entry.getValue(),
                    pictures.getOrDefault(entry.getKey(), List.of())))
        .toList();
  }

  private static List<Drawn> draw(
      JavaSparkContext spark, PartPredictor.Task task, byte[] model, List<List<Wanted>> batches) {
    if (batches.isEmpty()) {
      return List.of();
    }
    Broadcast<byte[]> zip = spark.broadcast(model);
    SerializableConfiguration hadoop = new SerializableConfiguration(spark.hadoopConfiguration());
    spark.sc().setJobDescription("draw the least certain images");
    try {
      int tasks = Math.min(batches.size(), spark.defaultParallelism());
      return JobFailures.unwrap(
          () ->
              spark
                  .parallelize(batches, tasks)
                  .mapPartitions(part -> draw(task, part, zip.value(), hadoop.value()))
                  .collect());
    } finally {
      spark.sc().setJobDescription(null);
      zip.destroy();
    }
  }

  private static Iterator<Drawn> draw(
      PartPredictor.Task task, Iterator<List<Wanted>> batches, byte[] model, Configuration conf)
      throws IOException {
    List<Drawn> drawn = new ArrayList<>();
    try (Network network = Network.load(new ByteArrayInputStream(model));
        SeenImages images = SeenImages.open(task.view(), conf)) {
      while (batches.hasNext()) {
        drawn.addAll(draw(task, batches.next(), network, images));
      }
    }
    return drawn.iterator();
  }

  private static List<Drawn> draw(
      PartPredictor.Task task, List<Wanted> batch, Network network, SeenImages images) {
    Pipeline pipeline = task.view().input().pipeline();
    float[] pixels = new float[batch.size() * pipeline.length()];
    RgbImage[] views = new RgbImage[batch.size()];
    for (int i = 0; i < views.length; i++) {
      try {
        views[i] = images.read(batch.get(i).reference(), pixels, i);
      } catch (IOException gone) {
        LOG.warn("{} is not drawn: {}", batch.get(i).reference().name(), gone.getMessage());
      }
    }
    Map<NetworkOutput, float[][]> outputs =
        Scorer.outputs(network, pixels, pipeline, EnumSet.of(NetworkOutput.LOGITS));
    int[] labels = batch.stream().mapToInt(Wanted::predicted).toArray();
    Optional<List<ActivationMap>> maps = maps(network, labels);
    return IntStream.range(0, views.length)
        .filter(i -> views[i] != null)
        .mapToObj(
            i ->
                new Drawn(
                    labels[i],
                    picture(
                        task,
                        batch.get(i).reference().name(),
                        views[i],
                        outputs.get(NetworkOutput.LOGITS)[i],
                        maps.map(of -> of.get(i)))))
        .toList();
  }

  /** Empty where the logits are no sums over the places of the feature map. */
  private static Optional<List<ActivationMap>> maps(Network network, int... labels) {
    INDArray features;
    try {
      features = network.featureMap();
    } catch (LongTailException other) {
      return Optional.empty();
    }
    return Optional.of(ClassActivation.of(network).maps(features, labels));
  }

  private static Picture picture(
      PartPredictor.Task task,
      String path,
      RgbImage view,
      float[] logits,
      Optional<ActivationMap> map) {
    Prediction prediction = Prediction.of(path, task.correction().apply(logits), BEST, 0);
    Map<String, Double> best = new LinkedHashMap<>();
    for (int k = 0; k < prediction.classes().length; k++) {
      best.put(task.classNames().get(prediction.classes()[k]), prediction.probabilities()[k]);
    }
    RgbImage small = small(view);
    return new Picture(
        path,
        best,
        ImageCodec.jpeg(small, QUALITY),
        map.map(of -> ImageCodec.jpeg(HeatMap.over(small, of), QUALITY)).orElse(new byte[0]));
  }

  private static RgbImage small(RgbImage image) {
    int longest = Math.max(image.height(), image.width());
    return longest <= LARGEST_SIDE
        ? image
        : Bilinear.resize(
            image,
            Math.max(1, image.height() * LARGEST_SIDE / longest),
            Math.max(1, image.width() * LARGEST_SIDE / longest));
  }
}
