package longtail.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.storage.FileDigest;
import longtail.storage.FileSystems;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is damaged in a prepared dataset is found before it is used, and said in one line. */
class DamagedDatasetTest {
  @TempDir Path temporary;
  private Path toys;
  private ShardedDataset dataset;

  @BeforeEach
  void prepare() throws IOException {
    toys = temporary.resolve("toys");
    dataset = PreparedFixture.publish(toys);
  }

  @Test
  void aFlippedBitAnywhereInAShardKeepsAllItsImagesFromBeingUsed() throws IOException {
    byte[] whole = Files.readAllBytes(tar(1));
    int row = dataset.samples().rowsOf(1)[0];
    int other = dataset.samples().rowsOf(0)[0];
    for (int at = 0; at < whole.length; at += 1021) {
      byte[] flipped = whole.clone();
      flipped[at] ^= 4;
      Files.write(tar(1), flipped);
      try (ShardReader reader = reader()) {
        refused(() -> reader.read(row), "shard-00001.tar", "SHA-256", "prepare the dataset again");
        assertThat(reader.read(other)).isNotNull();
      }
    }
    Files.write(tar(1), whole);
    try (ShardReader reader = reader()) {
      assertThat(reader.read(row)).hasSize(dataset.samples().length(row));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 600, 24575, 24577})
  void aShardOfAnotherLengthIsRefused(int length) throws IOException {
    Files.write(tar(1), Arrays.copyOf(Files.readAllBytes(tar(1)), length));
    try (ShardReader reader = reader()) {
      refused(
          () -> reader.read(dataset.samples().rowsOf(1)[6]),
          "shard-00001.tar",
          "%d bytes, the index says 24576".formatted(length));
    }
  }

  @Test
  void aShardThatIsGoneIsNamedWithTheImageThatWasWanted() throws IOException {
    Files.delete(tar(1));
    try (ShardReader reader = reader()) {
      int row = dataset.samples().rowsOf(1)[6];
      refused(() -> reader.read(row), "shard-00001.tar", "(row " + row + ")");
    }
  }

  @Test
  void aFalseDigestInTheIndexIsRefused() throws IOException {
    String index = Files.readString(toys.resolve("index.json"));
    String digest = dataset.shard(1).sha256();
    Files.writeString(toys.resolve("index.json"), index.replace(digest, "0".repeat(64)));
    ShardedDataset other = open();
    try (ShardReader reader = new ShardReader(other, PreparedFixture.CONF, 0)) {
      refused(() -> reader.read(other.samples().rowsOf(1)[0]), "SHA-256 is " + digest);
    }
  }

  @Test
  void damageAfterAShardWasVerifiedIsFoundInTheImageThatHasIt() throws IOException {
    int[] rows = dataset.samples().rowsOf(1);
    int damaged = largest(rows);
    int first = Arrays.stream(rows).filter(row -> row != damaged).findFirst().orElseThrow();
    try (ShardReader reader = reader()) {
      byte[] before = reader.read(first);
      byte[] shard = Files.readAllBytes(tar(1));
      shard[(int) dataset.samples().offset(damaged) + 1] ^= 1;
      Files.write(tar(1), shard);
      assertThat(reader.read(first)).isEqualTo(before);
      refused(
          () -> reader.read(damaged),
          dataset.samples().imageId(damaged),
          "have changed since the shard was read first");
    }
  }

  private int largest(int... rows) {
    int best = rows[0];
    for (int row : rows) {
      best = dataset.samples().length(row) > dataset.samples().length(best) ? row : best;
    }
    return best;
  }

  @Test
  void aShardIsReadAsAWholeOnceInAProcess() throws IOException {
    try (ShardReader reader = reader()) {
      reader.read(dataset.samples().rowsOf(1)[0]);
    }
    byte[] shard = Files.readAllBytes(tar(1));
    shard[0] ^= 1; // in a header, which no image shows
    Files.write(tar(1), shard);
    try (ShardReader later = reader()) {
      assertThatCode(() -> later.read(dataset.samples().rowsOf(1)[1])).doesNotThrowAnyException();
    }
  }

  static Stream<String> damagedIndices() {
    return Stream.of(
        "null",
        "[]",
        "7",
        "",
        "{",
        "{\"format_version\": 1}",
        "[".repeat(5000),
        "{\"a\":".repeat(5000));
  }

  @ParameterizedTest
  @MethodSource
  void damagedIndices(String json) throws IOException {
    Files.writeString(toys.resolve("index.json"), json);
    refused(this::open, toys.toString());
  }

  static Stream<List<String>> impossibleValues() {
    List<List<String>> cases = new ArrayList<>();
    for (String key :
        List.of("name", "normalization", "shots", "shards", "class_counts", "class_names")) {
      cases.add(List.of(key, "null"));
      cases.add(List.of(key, "missing"));
    }
    for (String number : List.of("-1", "22", "2147483647", "2147483648", "1e300", "\"x\"")) {
      cases.add(List.of("images", number));
    }
    cases.add(List.of("class_names", "[null, \"a\", \"b\"]"));
    cases.add(List.of("class_names", "[\"a\"]"));
    cases.add(List.of("class_counts", "[-1, 22, 2]"));
    cases.add(List.of("class_counts", "[2147483647, 2147483647, 2147483647]"));
    cases.add(List.of("normalization", "{\"mean\": null, \"std\": null}"));
    cases.add(List.of("normalization", "{\"mean\": [0,0,0], \"std\": [0,0,0]}"));
    cases.add(List.of("shards", "[]"));
    cases.add(List.of("shards", "[null, null, null]"));
    cases.add(List.of("table_sha256", "\"../x\""));
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource
  void impossibleValues(List<String> keyAndValue) throws IOException {
    changeIndex(
        index -> {
          if (keyAndValue.get(1).equals("missing")) {
            index.remove(keyAndValue.get(0));
            return index;
          }
          return index.set(keyAndValue.get(0), tree(keyAndValue.get(1)));
        });
    refused(this::open, toys.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../../../../etc/passwd",
        "/etc/passwd",
        "file:/etc/passwd",
        "a/b.tar",
        "a\\b.tar",
        "..",
        "",
        "shard-00000.tar"
      })
  void shardsAreFilesBesideTheIndex(String name) throws IOException {
    changeShard(shard -> shard.put("file", name));
    refused(this::open, name);
  }

  @ParameterizedTest
  @MethodSource
  void shardsCannotBeLikeThis(Map<String, String> change) throws IOException {
    changeShard(
        shard -> {
          change.forEach((key, value) -> shard.set(key, tree(value)));
          return shard;
        });
    refused(this::open, "index.json");
  }

  static Stream<Map<String, String>> shardsCannotBeLikeThis() {
    return Stream.of(
        Map.of("file", "null"),
        Map.of("sha256", "null"),
        Map.of("sha256", "\"0\""),
        Map.of("bytes", "-1"),
        Map.of("images", "-8"),
        Map.of("images", "2147483647"));
  }

  @Test
  void aTableWithADifferentByteIsRefusedByItsDigest() throws IOException {
    Path table = toys.resolve("samples.parquet");
    byte[] whole = Files.readAllBytes(table);
    for (int at = 0; at < whole.length; at += 97) {
      byte[] flipped = whole.clone();
      flipped[at] ^= 16;
      Files.write(table, flipped);
      refused(this::open, "samples.parquet", "SHA-256");
    }
  }

  @Test
  void aTableWithoutADigestIsHeldAgainstTheIndex() throws IOException {
    changeIndex(index -> index.without(List.of("table_sha256")));
    assertThat(open().samples().size()).isEqualTo(PreparedFixture.IMAGES);
    byte[] whole = Files.readAllBytes(toys.resolve("samples.parquet"));
    for (int length : new int[] {0, 3, 11, 12, 100, whole.length / 2, whole.length - 1}) {
      Files.write(toys.resolve("samples.parquet"), Arrays.copyOf(whole, length));
      refused(this::open, "samples.parquet");
    }
  }

  static Stream<UnaryOperator<SampleRow>> rowsThatCannotBe() {
    return Stream.of(
        row -> new SampleRow(row.imageId(), row.label(), -1, row.length(), 1, 1),
        row -> new SampleRow(row.imageId(), row.label(), 0, row.length(), 1, 1),
        row -> new SampleRow(row.imageId(), row.label(), row.offset(), -1, 1, 1),
        row -> new SampleRow(row.imageId(), row.label(), row.offset(), Integer.MAX_VALUE, 1, 1),
        row -> new SampleRow(row.imageId(), row.label(), Long.MAX_VALUE, row.length(), 1, 1),
        row -> new SampleRow(row.imageId(), row.label(), row.offset(), row.length(), 0, 1),
        row -> new SampleRow(row.imageId(), row.label(), row.offset(), row.length(), 1, -5),
        row -> new SampleRow(row.imageId(), row.label(), row.offset(), row.length(), 65000, 65000),
        row -> new SampleRow(row.imageId(), -1, row.offset(), row.length(), 1, 1),
        row -> new SampleRow(row.imageId(), 2_000_000_000, row.offset(), row.length(), 1, 1));
  }

  @ParameterizedTest
  @MethodSource
  void rowsThatCannotBe(UnaryOperator<SampleRow> change) throws IOException {
    List<List<SampleRow>> rows = rows();
    rows.get(1).set(3, change.apply(rows.get(1).get(3)));
    writeTable(rows);
    refused(this::open, toys.toString());
  }

  @Test
  void rowsOfShardsThatAreNotThereAndMissingRowsAreRefused() throws IOException {
    List<List<SampleRow>> rows = rows();
    rows.add(List.of(rows.get(0).get(0)));
    writeTable(rows);
    refused(this::open, "samples.parquet", "shard 3");
    List<List<SampleRow>> fewer = rows();
    fewer.get(2).remove(0);
    writeTable(fewer);
    refused(this::open, "6 rows of shard 2, the index says 7");
    List<List<SampleRow>> moved = rows();
    moved.get(1).addAll(0, List.of(moved.get(0).remove(7)));
    writeTable(moved);
    refused(this::open, "samples.parquet");
  }

  @Test
  void aTableOfOtherColumnsIsRefused() throws IOException {
    changeIndex(index -> index.without(List.of("table_sha256")));
    Path logits = temporary.resolve("other");
    try (OutputWriter writer =
        OutputWriter.open(NetworkOutput.LOGITS, logits.toString(), 0, PreparedFixture.CONF)) {
      writer.add(0, "a", 1, 2f, 3f);
      writer.finish();
    }
    Files.copy(
        logits.resolve("logits.parquet/part-00000-shard-00000.parquet"),
        toys.resolve("samples.parquet"),
        StandardCopyOption.REPLACE_EXISTING);
    refused(this::open, "samples.parquet", "no column");
  }

  private List<List<SampleRow>> rows() {
    Samples samples = dataset.samples();
    List<List<SampleRow>> rows = new ArrayList<>();
    for (int shard = 0; shard < dataset.shards(); shard++) {
      List<SampleRow> ofShard = new ArrayList<>();
      for (int row : samples.rowsOf(shard)) {
        ofShard.add(
            new SampleRow(
                samples.imageId(row),
                samples.label(row),
                samples.offset(row),
                samples.length(row),
                samples.height(row),
                samples.width(row)));
      }
      rows.add(ofShard);
    }
    return rows;
  }

  /** As one who means harm would: with its digest in the index. */
  private void writeTable(List<List<SampleRow>> rows) throws IOException {
    org.apache.hadoop.fs.Path table = FileSystems.child(toys.toString(), "samples.parquet");
    SampleTable.write(table, rows, PreparedFixture.CONF);
    String digest = FileDigest.of(table, PreparedFixture.CONF).sha256();
    changeIndex(index -> index.put("table_sha256", digest));
  }

  private void changeShard(Change change) throws IOException {
    changeIndex(
        index -> {
          change.apply((ObjectNode) index.get("shards").get(1));
          return index;
        });
  }

  /** A change of a tree in place. */
  private interface Change {
    Object apply(ObjectNode index);
  }

  private void changeIndex(Change change) throws IOException {
    Path file = toys.resolve("index.json");
    ObjectNode index = (ObjectNode) Layout.JSON.readTree(Files.readAllBytes(file));
    change.apply(index);
    Files.write(file, Layout.JSON.writeValueAsBytes(index));
  }

  private static JsonNode tree(String json) {
    try {
      return Layout.JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ShardReader reader() {
    return new ShardReader(dataset, PreparedFixture.CONF, 0);
  }

  private ShardedDataset open() {
    return ShardedDataset.open(toys.toString(), PreparedFixture.CONF);
  }

  private Path tar(int shard) {
    return toys.resolve("shard-0000" + shard + ".tar");
  }

  private static void refused(ThrowingCallable use, String... reasons) {
    assertThatThrownBy(use)
        .isInstanceOfSatisfying(
            LongTailException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.DATA);
              assertThat(e.getMessage()).contains(reasons).doesNotContain("\n");
            });
  }
}
