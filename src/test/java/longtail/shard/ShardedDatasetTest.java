package longtail.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.ClassCounts;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardedDatasetTest {
  @TempDir Path temporary;

  @Test
  void tellsWhatWasPrepared() throws IOException {
    ShardedDataset dataset = PreparedFixture.publish(temporary.resolve("toys"));

    assertThat(dataset.name()).isEqualTo("toys");
    assertThat(dataset.classNames()).containsExactly("ball", "kite", "Bär");
    assertThat(dataset.counts()).isEqualTo(ClassCounts.of(14, 7, 2));
    assertThat(dataset.shots()).isEqualTo(PreparedFixture.DESCRIPTION.shots());
    assertThat(dataset.normalization()).isEqualTo(PreparedFixture.DESCRIPTION.normalization());
    assertThat(dataset.shards()).isEqualTo(3);
    assertThat(dataset.shardSizes()).containsExactly(8, 8, 7);
    assertThat(dataset.fingerprint()).matches("[0-9a-f]{64}");
  }

  @Test
  void listsItsImagesByShardAndPlace() throws IOException {
    ShardedDataset dataset = PreparedFixture.publish(temporary.resolve("toys"));

    Samples samples = dataset.samples();
    int row = 0;
    for (int shard = 0; shard < dataset.shards(); shard++) {
      int[] positions = PreparedFixture.plan().positions(shard);
      assertThat(samples.rowsOf(shard))
          .isEqualTo(IntStream.range(row, row + positions.length).toArray());
      for (int image : positions) {
        assertThat(samples.imageId(row)).isEqualTo(PreparedFixture.id(image));
        assertThat(samples.label(row)).isEqualTo(PreparedFixture.label(image));
        assertThat(samples.shard(row)).isEqualTo(shard);
        assertThat(samples.height(row)).isEqualTo(image + 1);
        assertThat(samples.width(row)).isEqualTo(image + 2);
        row++;
      }
    }
    assertThat(samples.size()).isEqualTo(row);
  }

  @Test
  void readsTheBytesOfEveryImageFromSeveralThreads()
      throws IOException, InterruptedException, ExecutionException {
    ShardedDataset dataset = PreparedFixture.publish(temporary.resolve("toys"));
    Map<String, byte[]> expected = new LinkedHashMap<>();
    IntStream.range(0, PreparedFixture.IMAGES)
        .forEach(i -> expected.put(PreparedFixture.id(i), PreparedFixture.bytes(i)));

    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (ShardReader reader = new ShardReader(dataset, PreparedFixture.CONF, 5000)) {
      List<Future<byte[]>> reads =
          IntStream.range(0, 20 * dataset.samples().size())
              .mapToObj(i -> threads.submit(() -> reader.read(i % dataset.samples().size())))
              .toList();
      for (int i = 0; i < reads.size(); i++) {
        String id = dataset.samples().imageId(i % dataset.samples().size());
        assertThat(reads.get(i).get()).as(id).isEqualTo(expected.get(id));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void keepsBytesInMemoryUpToTheLimit() throws IOException {
    ShardedDataset dataset = PreparedFixture.publish(temporary.resolve("toys"));
    int row = IntStream.range(0, 23).filter(r -> dataset.samples().length(r) == 970).sum();

    try (ShardReader keeping = new ShardReader(dataset, PreparedFixture.CONF, 970);
        ShardReader forgetting = new ShardReader(dataset, PreparedFixture.CONF, 969)) {
      assertThat(keeping.read(row)).isSameAs(keeping.read(row));
      assertThat(forgetting.read(row)).isNotSameAs(forgetting.read(row));
    }
  }

  @Test
  void goesOnReadingAfterAnInterruptedThreadHasClosedTheFile() throws IOException {
    ShardedDataset dataset = PreparedFixture.publish(temporary.resolve("toys"));

    try (ShardReader reader = new ShardReader(dataset, PreparedFixture.CONF, 0)) {
      byte[] before = reader.read(5);
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> reader.read(6)).isInstanceOf(LongTailException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(reader.read(5)).isEqualTo(before);
    }
  }

  @Test
  void aShardIsAPlainTarOfImageAndClassPairs() throws IOException {
    ShardedDataset dataset = PreparedFixture.publish(temporary.resolve("toys"));

    for (int shard = 0; shard < dataset.shards(); shard++) {
      Map<String, byte[]> entries = entries(tar(shard));
      Samples samples = dataset.samples();
      assertThat(entries).hasSize(2 * dataset.shardSizes()[shard]);
      for (int row : samples.rowsOf(shard)) {
        String key = SampleKey.of(samples.imageId(row));
        assertThat(key).doesNotContain(".", "/");
        byte[] file = Files.readAllBytes(tar(shard));
        int offset = (int) samples.offset(row);
        assertThat(entries.get(key + ".png"))
            .isEqualTo(Arrays.copyOfRange(file, offset, offset + samples.length(row)));
        assertThat(new String(entries.get(key + ".cls"), StandardCharsets.US_ASCII))
            .isEqualTo(Integer.toString(samples.label(row)));
      }
    }
  }

  @Test
  void theTarCommandExtractsAShard() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(Path.of("/bin/tar")), "no tar command on this machine");
    ShardedDataset dataset = PreparedFixture.publish(temporary.resolve("toys"));
    Path extracted = Files.createDirectory(temporary.resolve("extracted"));

    int exit =
        new ProcessBuilder(
                "/bin/tar", "-xf", tar(0).toString(), "-C", extracted.toString(), "--no-same-owner")
            .inheritIO()
            .start()
            .waitFor();

    assertThat(exit).isZero();
    Samples samples = dataset.samples();
    for (int row : samples.rowsOf(0)) {
      Path image = extracted.resolve(SampleKey.of(samples.imageId(row)) + ".png");
      assertThat(Files.size(image)).isEqualTo(samples.length(row));
    }
  }

  @Test
  void equalPreparationsWriteEqualBytes() throws IOException {
    ShardedDataset one = PreparedFixture.publish(temporary.resolve("one"));
    ShardedDataset two = PreparedFixture.publish(temporary.resolve("two"));

    assertThat(one.fingerprint()).isEqualTo(two.fingerprint());
    assertThat(temporary.resolve("one/samples.parquet"))
        .hasSameBinaryContentAs(temporary.resolve("two/samples.parquet"));
  }

  @Test
  void holdsNothingButItsFiles() throws IOException {
    PreparedFixture.publish(temporary.resolve("toys"));

    try (Stream<Path> files = Files.list(temporary.resolve("toys"))) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "index.json",
              "samples.parquet",
              "quarantine.jsonl",
              "shard-00000.tar",
              "shard-00001.tar",
              "shard-00002.tar");
    }
    try (Stream<Path> siblings = Files.list(temporary)) {
      assertThat(siblings).containsExactly(temporary.resolve("toys"));
    }
  }

  @Test
  void saysThatThereIsNoDataset() throws IOException {
    Path empty = Files.createDirectory(temporary.resolve("empty"));

    assertOpening(temporary.resolve("nowhere"), "there is no such directory. Prepare it first");
    assertOpening(empty, "it holds no index.json, so it is not a prepared dataset");
  }

  @Test
  void saysThatThePreparationHasNotFinished() throws IOException {
    Path toys = temporary.resolve("toys");
    DatasetPublisher publisher =
        DatasetPublisher.begin(toys.toString(), PreparedFixture.DESCRIPTION, PreparedFixture.CONF);
    PreparedFixture.write(publisher, 0);

    assertOpening(toys, "its preparation has not finished. Run the same prepare command again");
  }

  @Test
  void refusesAnotherFormatVersion() throws IOException {
    Path toys = temporary.resolve("toys");
    PreparedFixture.publish(toys);
    replace(toys.resolve("index.json"), "\"format_version\" : 1", "\"format_version\" : 9");

    assertOpening(toys, "its format version must be 1, was 9");
  }

  @Test
  void refusesAnIndexOrTableThatIsDamaged() throws IOException {
    Path toys = temporary.resolve("toys");
    PreparedFixture.publish(toys);
    replace(toys.resolve("index.json"), "\"class_counts\" : [ 14, 7", "\"class_counts\" : [ 13, 8");
    assertOpening(toys, "which is not what index.json says");

    Files.writeString(toys.resolve("index.json"), "{\"format_version\"");
    assertOpening(toys, "index.json is damaged");
  }

  @Test
  void refusesAMissingTable() throws IOException {
    Path toys = temporary.resolve("toys");
    PreparedFixture.publish(toys);
    Files.delete(toys.resolve("samples.parquet"));

    assertOpening(toys, "samples.parquet");
  }

  private Path tar(int shard) {
    return temporary.resolve("toys/shard-0000" + shard + ".tar");
  }

  private static Map<String, byte[]> entries(Path tar) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(tar));
        TarArchiveInputStream archive = new TarArchiveInputStream(in)) {
      for (TarArchiveEntry entry = archive.getNextTarEntry();
          entry != null;
          entry = archive.getNextTarEntry()) {
        entries.put(entry.getName(), archive.readAllBytes());
      }
    }
    return entries;
  }

  private static void replace(Path file, String from, String to) throws IOException {
    String text = Files.readString(file);
    assertThat(text).contains(from);
    Files.writeString(file, text.replace(from, to));
  }

  private static void assertOpening(Path directory, String reason) {
    assertThatThrownBy(() -> ShardedDataset.open(directory.toString(), PreparedFixture.CONF))
        .isInstanceOfSatisfying(
            LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA))
        .hasMessageContaining(directory.toString())
        .hasMessageContaining(reason);
  }
}
