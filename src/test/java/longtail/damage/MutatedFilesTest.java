package longtail.damage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.dataset.AnnotationFormat;
import longtail.dataset.ImageCollection;
import longtail.dataset.format.Annotations;
import longtail.image.RgbImage;
import longtail.image.TestImages;
import longtail.image.codec.ImageCodec;
import longtail.image.codec.Orientation;
import longtail.image.codec.PixelLimit;
import longtail.nn.Network;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.Architecture;
import longtail.nn.head.LinearHead;
import longtail.nn.weights.PretrainedWeights;
import longtail.nn.weights.Safetensors;
import longtail.nn.weights.TorchCheckpoint;
import longtail.nn.weights.TorchFile;
import longtail.nn.weights.TorchLayout;
import longtail.nn.weights.TorchWeights;
import longtail.shard.LogitTable;
import longtail.shard.NetworkOutput;
import longtail.shard.OutputWriter;
import longtail.shard.ShardReader;
import longtail.shard.ShardedDataset;
import longtail.storage.Digests;
import longtail.train.PreparedToys;
import longtail.train.checkpoint.Checkpoint;
import longtail.train.checkpoint.Checkpoints;
import longtail.train.checkpoint.FlatVector;
import longtail.train.checkpoint.TrainingState;
import longtail.train.experiment.Experiment;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A thousand damaged files of all kinds that are read: each reading ends in time, takes no memory
 * by a claim, and has a result or says in one line what is wrong, by the right code.
 */
@Tag("slow")
class MutatedFilesTest {
  private static final long SEED = 15;
  private static final List<Mutation> MUTATIONS = List.of(Mutation.values());
  private static final int SECONDS = 20;
  private static final long MOST_MEMORY = 600L << 20;
  private static final Configuration CONF = new Configuration();

  @TempDir Path directory;
  private static ExecutorService thread;
  private int refused;
  private int read;

  /** Reads a file to its end. */
  private interface Reading {
    void of(byte[] file) throws IOException;
  }

  @BeforeAll
  static void startThread() {
    thread = Executors.newSingleThreadExecutor();
  }

  @AfterAll
  static void endThread() {
    thread.shutdownNow();
  }

  /** Otherwise the mutations would miss what they are to meet. */
  @AfterEach
  void someWereRefused() {
    assertThat(refused).isGreaterThan(read / 20);
  }

  @Test
  void images() {
    RgbImage image = TestImages.smooth(37, 53);
    BufferedImage buffered = TestImages.buffered(image, BufferedImage.TYPE_INT_RGB);
    mutate("JPEG", 70, ImageCodec.jpeg(image, 0.9), this::decode);
    mutate("progressive JPEG", 40, TestImages.progressive(image), this::decode);
    mutate("JPEG with Exif", 20, TestImages.oriented(ImageCodec.jpeg(image, 0.9), 6), this::decode);
    mutate("PNG", 50, ImageCodec.png(image), this::decode);
    mutate("PNG with right checksums", 60, ImageCodec.png(image), file -> decode(checked(file)));
    mutate(
        "GIF",
        100,
        TestImages.encode(TestImages.buffered(image, BufferedImage.TYPE_BYTE_INDEXED), "gif"),
        this::decode);
    for (String compression : new String[] {"none", "LZW", "Deflate", "PackBits"}) {
      mutate("TIFF " + compression, 25, tiff(buffered, compression), this::decode);
    }
    mutate("BMP", 30, TestImages.encode(buffered, "bmp"), this::decode);
  }

  /** Damage of an image is an IOException, for quarantine. */
  private void decode(byte[] file) throws IOException {
    try {
      ImageCodec.decode(file, Orientation.FROM_EXIF, new PixelLimit(10_000_000));
    } catch (IOException e) {
      throw new LongTailException(ErrorCode.DATA, e.getMessage(), e);
    }
  }

  /** A PNG's chunks with the checksums that they should have, so that what they say counts. */
  private static byte[] checked(byte[] png) {
    ByteBuffer chunks = ByteBuffer.wrap(png.clone());
    int at = 8;
    while (at + 12 <= png.length) {
      int length = chunks.getInt(at);
      if (length < 0 || length > png.length - at - 12) {
        break;
      }
      CRC32 checksum = new CRC32();
      checksum.update(png, at + 4, length + 4);
      chunks.putInt(at + 8 + length, (int) checksum.getValue());
      at += 12 + length;
    }
    return chunks.array();
  }

  private static byte[] tiff(BufferedImage image, String compression) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("tiff").next();
    ImageWriteParam param = writer.getDefaultWriteParam();
    if (!compression.equals("none")) {
      param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      param.setCompressionType(compression);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream output = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(output);
      writer.write(null, new IIOImage(image, null, null), param);
    } catch (IOException e) {
      throw new AssertionError(e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  @Test
  void annotations() throws IOException {
    String inat =
        """
        {"images": [{"id": 1, "file_name": "a/b c.jpg", "height": 20, "width": 30},
          {"id": 2, "file_name": "d.png", "height": 5, "width": 7}],
         "categories": [{"id": 3, "name": "owl"}, {"id": 9, "name": "Bär"}],
         "annotations": [{"id": 1, "image_id": 1, "category_id": 9}, {"id": 2, "image_id": 2, "category_id": 3}]}
        """;
    String longtail =
        """
        {"annotations": [{"image_id": 0, "fpath": "a.jpg", "im_height": 5, "im_width": 6, "category_id": 1},
          {"image_id": 1, "fpath": "b.jpg", "im_height": 5, "im_width": 6, "category_id": 0}], "num_classes": 2}
        """;
    mutate(
        "iNaturalist JSON",
        60,
        bytes(inat),
        file -> annotations(AnnotationFormat.INAT, "a.json", file));
    mutate(
        "long-tail JSON",
        60,
        bytes(longtail),
        file -> annotations(AnnotationFormat.LONGTAIL, "a.json", file));
    mutate(
        "list",
        40,
        bytes("a b.jpg 0\nc.jpg 1\nd/e.png 1\n"),
        file -> annotations(AnnotationFormat.LIST, "a.txt", file));
    byte[] tar = gunzipped("/cifar/cifar-10-python.tar.gz");
    mutate("tar", 100, tar, file -> annotations(AnnotationFormat.CIFAR, "cifar.tar", file));
  }

  private void annotations(AnnotationFormat format, String name, byte[] file) throws IOException {
    Path annotations = Files.write(directory.resolve(name), file);
    Annotations.read(
        ImageCollection.of(format, annotations.toString(), directory.toString(), "train"), CONF);
  }

  private static byte[] gunzipped(String resource) throws IOException {
    try (InputStream in =
        new GZIPInputStream(MutatedFilesTest.class.getResourceAsStream(resource))) {
      return in.readAllBytes();
    }
  }

  @Test
  void experiments() {
    String yaml =
        """
        name: toy
        seed: 7
        data: {transforms: [{type: pad-crop, padding: 4}, {type: horizontal-flip}, {type: rand-augment, config: rand-n2-m10}]}
        model: {backbone: {type: cifar-resnet, depth: 8, width: 4}, head: {type: normalized, scale: 16}}
        stages:
          - {name: one, epochs: 9, batch-size: 8, loss: {type: ldam, max-margin: 0.5}, optimizer: {type: sgd, lr: 0.1}}
          - {name: two, epochs: 2, batch-size: 8, sampler: class-balanced}
        averaging: {every: 5, scope: round}
        """;
    mutate(
        ErrorCode.CONFIG,
        "YAML",
        150,
        bytes(yaml),
        file -> {
          Experiment experiment =
              Experiment.parse(new String(file, StandardCharsets.UTF_8), "toy.yaml", List.of());
          experiment.leastMemory();
          experiment.yaml();
        });
  }

  @Test
  void weights() throws IOException {
    try (Network network = network(1);
        Network other = network(2)) {
      Reading reading =
          file ->
              PretrainedWeights.of(
                      TorchCheckpoint.read(new ByteArrayInputStream(file), "weights.pth"))
                  .transfer(other);
      byte[] torch = TorchFile.of(network, "module.").bytes();
      mutate(".pth", 30, torch, reading);
      Map<String, byte[]> entries = unzipped(torch);
      mutate(
          "pickle",
          120,
          entries.get("archive/data.pkl"),
          pickle -> {
            Map<String, byte[]> changed = new LinkedHashMap<>(entries);
            changed.put("archive/data.pkl", pickle);
            reading.of(zipped(changed));
          });
      ByteArrayOutputStream safetensors = new ByteArrayOutputStream();
      Safetensors.write(
          TorchWeights.tensors(network, TorchLayout.PLAIN), Safetensors.Width.FLOAT32, safetensors);
      byte[] header = safetensors.toByteArray();
      mutate("safetensors", 100, header, reading);
      ByteArrayOutputStream model = new ByteArrayOutputStream();
      network.save(model);
      Map<String, byte[]> parts = unzipped(model.toByteArray());
      for (String part : List.of("configuration.json", "coefficients.bin")) {
        mutate(
            part,
            50,
            parts.get(part),
            content -> {
              Map<String, byte[]> changed = new LinkedHashMap<>(parts);
              changed.put(part, content);
              Network.load(new ByteArrayInputStream(zipped(changed))).close();
            });
      }
    }
  }

  @Test
  void preparedDatasets() throws IOException {
    ShardedDataset toys = PreparedToys.write(directory, "toys", 8);
    List<String> images = images(toys);
    Reading reading =
        ignored ->
            assertThat(images(ShardedDataset.open(toys.directory(), CONF))).isEqualTo(images);
    Path index = directory.resolve("toys/index.json");
    byte[] whole = Files.readAllBytes(index);
    mutate("index", 80, whole, file -> with(index, file, reading));
    mutate(
        "shard",
        40,
        Files.readAllBytes(directory.resolve("toys/shard-00001.tar")),
        file -> with(directory.resolve("toys/shard-00001.tar"), file, reading));
    // as earlier versions wrote it, whose tables have no digest
    Files.writeString(
        index,
        new String(whole, StandardCharsets.UTF_8)
            .replaceFirst("\"table_sha256\" : \"[^\"]*\",", ""));
    Path table = directory.resolve("toys/samples.parquet");
    mutate(
        "Parquet",
        150,
        Files.readAllBytes(table),
        file -> with(table, file, ignored -> ShardedDataset.open(toys.directory(), CONF)));
  }

  private static List<String> images(ShardedDataset dataset) throws IOException {
    List<String> images = new ArrayList<>();
    try (ShardReader reader = new ShardReader(dataset, CONF, 0)) {
      for (int row = 0; row < dataset.samples().size(); row++) {
        images.add(Digests.sha256(reader.read(row)));
      }
    }
    return images;
  }

  private static void with(Path file, byte[] content, Reading reading) throws IOException {
    byte[] before = Files.readAllBytes(file);
    try {
      Files.write(file, content);
      reading.of(content);
    } finally {
      Files.write(file, before);
    }
  }

  @Test
  void storedOutputs() throws IOException {
    ShardedDataset toys = PreparedToys.write(directory, "toys", 8);
    int[] rows = toys.samples().rowsOf(0);
    String outputs = directory.resolve("outputs").toString();
    try (OutputWriter writer = OutputWriter.open(NetworkOutput.LOGITS, outputs, 0, CONF)) {
      for (int row : rows) {
        writer.add(0, toys.samples().imageId(row), toys.samples().label(row), row, 0.5f);
      }
      writer.finish();
    }
    Path table = directory.resolve("outputs/logits.parquet/part-00000-shard-00000.parquet");
    mutate(
        "Parquet of logits",
        80,
        Files.readAllBytes(table),
        file -> with(table, file, ignored -> LogitTable.read(outputs, toys.samples(), rows, CONF)));
  }

  @Test
  void checkpoints() throws IOException {
    ShardedDataset toys = PreparedToys.write(directory, "toys", 8);
    Experiment experiment =
        Experiment.parse(
            "name: toy\nmodel: {backbone: {type: cifar-resnet, depth: 8, width: 4}}\nstages: [{epochs: 9, batch-size: 8}]",
            "toy.yaml",
            List.of());
    Checkpoints checkpoints =
        Checkpoints.of(directory.resolve("run").toString(), experiment.checkpoints(), CONF);
    try (Network network = experiment.network(toys)) {
      for (int step = 1; step < 3; step++) {
        checkpoints.save(
            TrainingState.initial(FlatVector.copyOf(network.parameters())).withMetric(step),
            network,
            experiment,
            toys,
            2,
            Map.of("top1", 0.5));
      }
    }
    Checkpoint saved = checkpoints.latest().orElseThrow();
    Path manifest = Path.of(URI.create(saved.directory())).resolve("checkpoint.json");
    mutate(
        "checkpoint.json",
        60,
        Files.readAllBytes(manifest),
        file ->
            with(
                manifest,
                file,
                ignored -> {
                  checkpoints.latest();
                  checkpoints.best();
                  Checkpoint.open(saved.directory(), CONF).state();
                }));
  }

  @Test
  void theFilesAreOtherwiseRead() {
    refused = 1;
    assertThatThrownBy(
            () ->
                mutate(
                    "nothing",
                    1,
                    new byte[100],
                    file -> {
                      throw new IllegalStateException("a defect");
                    }))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("nothing, mutation 0");
  }

  private void mutate(String kind, int count, byte[] whole, Reading reading) {
    mutate(ErrorCode.DATA, kind, count, whole, reading);
  }

  private void mutate(ErrorCode code, String kind, int count, byte[] whole, Reading reading) {
    if (count > 1) {
      assertThatCode(() -> reading.of(whole)).as("%s as it is", kind).doesNotThrowAnyException();
    }
    List<String> failures = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      SplittableRandom random = RandomStreams.of(SEED, kind.hashCode(), i);
      Mutation mutation = MUTATIONS.get(random.nextInt(MUTATIONS.size()));
      byte[] file = mutation.of(whole, random);
      String name = "%s, mutation %d (%s)".formatted(kind, i, mutation);
      try {
        thread.submit(() -> check(code, name, file, reading)).get(SECONDS, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        failures.add(name + " is still read after " + SECONDS + " s");
        break;
      } catch (ExecutionException e) {
        failures.add(
            name
                + ": "
                + e.getCause()
                + " at "
                + List.of(e.getCause().getStackTrace()).subList(0, 4));
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    assertThat(failures).isEmpty();
  }

  private Void check(ErrorCode code, String name, byte[] file, Reading reading) throws IOException {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    try {
      reading.of(file);
      read++;
    } catch (LongTailException e) {
      refused++;
      assertThat(e.code()).as(name).isEqualTo(code);
      assertThat(e.getMessage()).as(name).doesNotContain("\n").hasSizeLessThan(2000);
      assertThat(e.getCause() instanceof OutOfMemoryError).as(name).isFalse();
    }
    long taken = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
    assertThat(taken).as("bytes of memory for " + name).isLessThan(MOST_MEMORY);
    return null;
  }

  private static Network network(long seed) {
    return Network.create(
        new Architecture(new CifarResnet(8, 4, Shortcut.B), LinearHead.standard(), 5, 8, 8),
        DataType.FLOAT,
        seed);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Map<String, byte[]> unzipped(byte[] file) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(file));
    for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
      entries.put(entry.getName(), zip.readAllBytes());
    }
    return entries;
  }

  private static byte[] zipped(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(file)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    }
    return file.toByteArray();
  }
}
