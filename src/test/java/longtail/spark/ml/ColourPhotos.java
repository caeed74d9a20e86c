package longtail.spark.ml;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.regexp_extract;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import longtail.RandomStreams;
import longtail.image.RgbImage;
import longtail.image.codec.ImageCodec;
import longtail.spark.LocalSpark;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Noisy images of three colours, each in the folder of its colour. */
final class ColourPhotos {
  static final List<String> COLOURS = List.of("blue", "green", "red");

  private ColourPhotos() {}

  /** A session on the context of the other tests, whose serializer is that of our commands. */
  static SparkSession session() {
    return SparkSession.builder().sparkContext(LocalSpark.shared().sc()).getOrCreate();
  }

  /** A session as a notebook has it, with Java's serialization; who asks for it stops it. */
  static SparkSession notebook() {
    LocalSpark.release();
    return SparkSession.builder()
        .master("local[2]")
        .appName("test")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.ui.enabled", false)
        .config("spark.sql.shuffle.partitions", 2)
        .getOrCreate();
  }

  /**
   * A classifier that takes a moment, of the bytes in {@code content} and the class in {@code
   * label}.
   */
  static LongTailClassifier classifier(Path work) {
    return new LongTailClassifier()
        .setImageCol("content")
        .setWorkDirectory(work.toString())
        .setBackbone("{type: cifar-resnet, depth: 8, width: 4}")
        .setImageSize(8)
        .setEpochs(8)
        .setBatchSize(8)
        .setWorkers(2);
  }

  /** The files below {@code folder} in their order, labelled by the folder that they lie in. */
  static Dataset<Row> files(SparkSession spark, Path folder) {
    return spark
        .read()
        .format("binaryFile")
        .option("recursiveFileLookup", true)
        .load(folder.toString())
        .withColumn("label", regexp_extract(col("path"), "([^/]+)/[^/]+$", 1))
        .orderBy("path")
        .coalesce(1);
  }

  /** Writes {@code images} PNG files below {@code folder}, red ones most often, blue ones least. */
  static Path write(Path folder, int images, long seed) throws IOException {
    for (int i = 0; i < images; i++) {
      int channel = i % 7 < 4 ? 0 : i % 7 < 6 ? 1 : 2;
      Path file = folder.resolve("%s/%03d.png".formatted(COLOURS.get(2 - channel), i));
      Files.createDirectories(file.getParent());
      Files.write(file, ImageCodec.png(image(channel, 8 + i % 3, RandomStreams.of(seed, i))));
    }
    return folder;
  }

  private static RgbImage image(int channel, int side, SplittableRandom random) {
    byte[] pixels = new byte[side * side * 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (random.nextInt(120) + (i % 3 == channel ? 100 : 0));
    }
    return new RgbImage(side, side, pixels);
  }
}
