package longtail.shard;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import longtail.RandomStreams;
import longtail.dataset.Normalization;
import longtail.dataset.Shots;
import org.apache.hadoop.conf.Configuration;

/** A small dataset of random bytes, written as a preparation would write it. */
final class PreparedFixture {
  static final Configuration CONF = new Configuration();
  static final int IMAGES = 23;
  static final int SHARDS = 3;
  static final DatasetDescription DESCRIPTION =
      new DatasetDescription(
          "toys",
          List.of("ball", "kite", "Bär"),
          Normalization.imagenet(),
          new Shots(5, 2),
          "toys.json",
          "0123",
          SHARDS,
          42,
          Map.of("resize", "none"));

  private PreparedFixture() {}

  /** Every kind of image id: plain, with slashes, dots, colons, letters beyond ASCII, very long. */
  static String id(int image) {
    return switch (image) {
      case 0 -> "folder/photo.1.jpg";
      case 1 -> "a:b";
      case 2 -> "Bär %2F";
      case 3 -> "x".repeat(150);
      default -> "image-" + image;
    };
  }

  static int label(int image) {
    return image < 14 ? 0 : image < 21 ? 1 : 2;
  }

  static byte[] bytes(int image) {
    byte[] bytes = new byte[image * 97];
    RandomStreams.of(5, image).nextBytes(bytes);
    return bytes;
  }

  static ShardPlan plan() {
    return ShardPlan.of(
        IntStream.range(0, IMAGES).map(PreparedFixture::label).toArray(), SHARDS, 42);
  }

  static void write(DatasetPublisher publisher, int shard) throws IOException {
    try (ShardWriter writer = publisher.shard(shard, CONF)) {
      for (int image : plan().positions(shard)) {
        writer.add(id(image), label(image), "png", bytes(image), image + 1, image + 2);
      }
      writer.finish();
    }
  }

  static ShardedDataset publish(Path directory) throws IOException {
    DatasetPublisher publisher = DatasetPublisher.begin(directory.toString(), DESCRIPTION, CONF);
    for (int shard : publisher.missingShards(CONF)) {
      write(publisher, shard);
    }
    return publisher.publish(CONF);
  }
}
