package longtail.spark.cam;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.image.ActivationMap;
import longtail.image.RgbImage;
import longtail.image.augment.Fit;
import longtail.image.augment.Pipeline;
import longtail.image.augment.Transform;
import longtail.image.augment.object.Foreground;
import longtail.image.augment.object.ObjectBounds;
import longtail.image.codec.ImageCodec;
import longtail.nn.ClassActivation;
import longtail.nn.Network;
import longtail.nn.layer.Mode;
import longtail.shard.DatasetPublisher;
import longtail.shard.ShardPlan;
import longtail.shard.ShardWriter;
import longtail.shard.ShardedDataset;
import longtail.spark.evaluate.Scorer;
import longtail.train.data.DecodedShards;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.util.LongAccumulator;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Generates the images of whole shards; a shard's content does not depend on who writes it. */
final class CamGenerator implements AutoCloseable {
  private static final double QUALITY = 0.95;
  private static final long CACHE = 64L << 20;

  /** Sets the training views apart from the program's other draws of the same seed. */
  private static final long VIEW = 0x43414D56494557L;

  private final Task task;
  private final Network network;
  private final ClassActivation activation;
  private final DecodedShards images;
  private final CamPlan plan;
  private final ShardPlan shards;
  private final Pipeline pipeline;
  private final Configuration conf;

  /**
   * What a task is told.
   *
   * @param data directory of the training set
   * @param quota images to generate of each class
   * @param shards shards of the generated set
   * @param seed seed of every draw
   * @param size what the network takes, and how many at once
   * @param view what it sees
   * @param transforms of a training view
   * @param bounds of an object
   * @param publisher of the generated set
   */
  @SuppressWarnings("ArrayRecordComponent") // a message, never compared
  record Task(
      String data,
      int[] quota,
      int shards,
      long seed,
      Scorer.View size,
      CamOptions.View view,
      List<Transform> transforms,
      ObjectBounds.End bounds,
      DatasetPublisher publisher)
      implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  private CamGenerator(Task task, Network network, ShardedDataset dataset, Configuration conf) {
    this.task = task;
    this.network = network;
    this.conf = conf;
    activation = ClassActivation.of(network);
    images = new DecodedShards(dataset, CACHE, conf);
    plan = CamPlan.of(dataset.samples(), task.quota(), task.seed());
    shards = ShardPlan.of(plan.labels(), task.shards(), task.seed());
    Pipeline evaluated = task.size().pipeline();
    pipeline =
        evaluated.withTransforms(
            switch (task.view()) {
              // all of the image, if need be out of proportion: the map lies where the image does
              case TEST -> List.of(Fit.of(evaluated.height(), evaluated.width(), Fit.Mode.STRETCH));
              case TRAINING -> task.transforms();
            });
  }

  /** A generator with the model zip {@code model}; the caller closes it. */
  static CamGenerator open(Task task, byte[] model, Configuration conf) throws IOException {
    ShardedDataset dataset = ShardedDataset.open(task.data(), conf);
    Network network = Network.load(new ByteArrayInputStream(model));
    if (network.classes() != dataset.classNames().size()) {
      int known = network.classes();
      network.close();
      throw new LongTailException(
          ErrorCode.CONFIG,
          "generating images for %s: the model knows %d classes, the dataset has %d; give the training set of the model"
              .formatted(task.data(), known, dataset.classNames().size()));
    }
    return new CamGenerator(task, network, dataset, conf);
  }

  /**
   * Writes shard {@code shard}.
   *
   * @param seen counts the images
   * @return how many they are
   */
  int write(int shard, LongAccumulator seen) throws IOException {
    int[] numbers = shards.positions(shard);
    // not kept from shard to shard, for a map's last bits depend on the batch it was computed in
    Map<Integer, ActivationMap> known = new HashMap<>();
    try (ShardWriter writer = task.publisher().shard(shard, conf)) {
      for (int from = 0; from < numbers.length; from += task.size().batchSize()) {
        int to = Math.min(numbers.length, from + task.size().batchSize());
        List<CamPlan.Item> items = Arrays.stream(numbers, from, to).mapToObj(plan::item).toList();
        addMaps(items, known);
        for (CamPlan.Item item : items) {
          add(item, known.get(key(item)), writer);
          seen.add(1);
        }
      }
      writer.finish();
    }
    return numbers.length;
  }

  private void add(CamPlan.Item item, ActivationMap map, ShardWriter writer) throws IOException {
    RgbImage image = images.image(item.row());
    RgbImage generated =
        Foreground.of(map.resized(image.height(), image.width()))
            .augment(image, item.operator(), task.bounds(), item.random());
    byte[] jpeg = ImageCodec.jpeg(generated, QUALITY);
    writer.add(item.imageId(), item.label(), "jpg", jpeg, image.height(), image.width());
  }

  /** Images that have the same key have the same map. */
  private int key(CamPlan.Item item) {
    return switch (task.view()) {
      case TEST -> item.row();
      case TRAINING -> item.number();
    };
  }

  private void addMaps(List<CamPlan.Item> items, Map<Integer, ActivationMap> known) {
    Map<Integer, CamPlan.Item> asked = new LinkedHashMap<>();
    for (CamPlan.Item item : items) {
      if (!known.containsKey(key(item))) {
        asked.putIfAbsent(key(item), item);
      }
    }
    if (!asked.isEmpty()) {
      List<ActivationMap> maps = maps(asked.values());
      int i = 0;
      for (int key : asked.keySet()) {
        known.put(key, maps.get(i++));
      }
    }
  }

  private List<ActivationMap> maps(Collection<CamPlan.Item> items) {
    float[] pixels = new float[items.size() * pipeline.length()];
    int offset = 0;
    for (CamPlan.Item item : items) {
      SplittableRandom random = RandomStreams.of(task.seed(), VIEW, item.number());
      images.fill(item.row(), pipeline, random, pixels, offset);
      offset += pipeline.length();
    }
    int[] labels = items.stream().mapToInt(CamPlan.Item::label).toArray();
    try (INDArray floats = Nd4j.createFromArray(pixels);
        INDArray batch = floats.castTo(network.type())) {
      network.forward(
          batch.reshape('c', items.size(), pipeline.height(), pipeline.width(), 3), Mode.EVAL);
      return activation.maps(network.featureMap(), labels);
    }
  }

  @Override
  public void close() {
    network.close();
    images.close();
  }
}
