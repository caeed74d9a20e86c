package longtail.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import longtail.LongTailException;
import longtail.dataset.ClassCounts;
import longtail.storage.ObjectStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetPublisherTest {
  @TempDir Path temporary;
  private Path target;

  @BeforeEach
  void nameDirectory() {
    target = temporary.resolve("toys");
  }

  @Test
  void continuesWithTheMissingShards() throws IOException {
    DatasetPublisher killed = begin(PreparedFixture.DESCRIPTION);
    PreparedFixture.write(killed, 1);
    ShardWriter halfWritten = killed.shard(2, PreparedFixture.CONF);
    halfWritten.add("image-9", 0, "png", PreparedFixture.bytes(9), 1, 1);
    // no finish and no close: the process has died

    DatasetPublisher second = begin(PreparedFixture.DESCRIPTION);

    assertThat(second.missingShards(PreparedFixture.CONF)).containsExactly(0, 2);
    ShardedDataset continued = PreparedFixture.publish(target);
    ShardedDataset uninterrupted = PreparedFixture.publish(temporary.resolve("whole"));
    assertThat(continued.fingerprint()).isEqualTo(uninterrupted.fingerprint());
    assertThat(target.toFile().list()).hasSize(6);
  }

  @Test
  void writesAShardAgainThatWasDamagedMeanwhile() throws IOException {
    DatasetPublisher publisher = begin(PreparedFixture.DESCRIPTION);
    for (int shard = 0; shard < 3; shard++) {
      PreparedFixture.write(publisher, shard);
    }
    byte[] tar = Files.readAllBytes(target.resolve("shard-00001.tar"));
    tar[700]++;
    Files.write(target.resolve("shard-00001.tar"), tar);
    Files.delete(target.resolve("shard-00002.tar"));
    Files.writeString(target.resolve("_progress/shard-00000.jsonl"), "{\"file\":");

    assertThat(begin(PreparedFixture.DESCRIPTION).missingShards(PreparedFixture.CONF))
        .containsExactly(0, 1, 2);
  }

  @Test
  void beginsAnewWhenTheDescriptionHasChanged() throws IOException {
    PreparedFixture.write(begin(PreparedFixture.DESCRIPTION), 0);

    DatasetDescription other = withOptions(Map.of("resize", "64"));

    assertThat(begin(other).missingShards(PreparedFixture.CONF)).containsExactly(0, 1, 2);
  }

  @Test
  void anAbandonedShardLeavesNothingBehind() throws IOException {
    DatasetPublisher publisher = begin(PreparedFixture.DESCRIPTION);
    try (ShardWriter writer = publisher.shard(0, PreparedFixture.CONF)) {
      writer.add("image-9", 0, "png", PreparedFixture.bytes(9), 1, 1);
    }

    assertThat(target.toFile().list()).containsExactly("_progress");
  }

  @Test
  void twoAttemptsAtOneShardDoNotDisturbEachOther() throws IOException {
    DatasetPublisher publisher = begin(PreparedFixture.DESCRIPTION);
    ShardWriter slow = publisher.shard(0, PreparedFixture.CONF);
    PreparedFixture.write(publisher, 0);
    for (int image : PreparedFixture.plan().positions(0)) {
      slow.add(
          PreparedFixture.id(image),
          PreparedFixture.label(image),
          "png",
          PreparedFixture.bytes(image),
          image + 1,
          image + 2);
    }
    slow.finish();

    assertThat(publisher.missingShards(PreparedFixture.CONF)).containsExactly(1, 2);
  }

  @Test
  void doesNotPublishWhileAShardIsMissing() throws IOException {
    DatasetPublisher publisher = begin(PreparedFixture.DESCRIPTION);
    PreparedFixture.write(publisher, 0);

    assertThatThrownBy(() -> publisher.publish(PreparedFixture.CONF))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("shard 1");
    assertThat(ShardedDataset.exists(target.toString(), PreparedFixture.CONF)).isFalse();
  }

  @Test
  void everythingButTheIndexIsNoDatasetYet() throws IOException {
    Path whole = temporary.resolve("whole");
    PreparedFixture.publish(whole);
    DatasetPublisher publisher = begin(PreparedFixture.DESCRIPTION);
    for (int shard = 0; shard < 3; shard++) {
      PreparedFixture.write(publisher, shard);
    }
    Files.copy(whole.resolve("samples.parquet"), target.resolve("samples.parquet"));
    Files.copy(whole.resolve("quarantine.jsonl"), target.resolve("quarantine.jsonl"));

    assertThat(ShardedDataset.exists(target.toString(), PreparedFixture.CONF)).isFalse();
    assertThatThrownBy(() -> ShardedDataset.open(target.toString(), PreparedFixture.CONF))
        .hasMessageContaining("its preparation has not finished");

    Files.copy(whole.resolve("index.json"), target.resolve("index.json"));

    assertThat(ShardedDataset.open(target.toString(), PreparedFixture.CONF).fingerprint())
        .isEqualTo(ShardedDataset.open(whole.toString(), PreparedFixture.CONF).fingerprint());
  }

  @Test
  void beginningAnewRemovesOnlyWhatPreparationsWrite() throws IOException {
    PreparedFixture.write(begin(PreparedFixture.DESCRIPTION), 0);
    Files.writeString(target.resolve("notes.txt"), "mine");

    begin(withOptions(Map.of("resize", "64")));

    assertThat(target.toFile().list()).containsExactlyInAnyOrder("_progress", "notes.txt");
  }

  @Test
  void equalDatasetsHaveEqualBytes() throws IOException {
    PreparedFixture.publish(target);
    Path again = temporary.resolve("again");
    PreparedFixture.publish(again);

    for (String file : target.toFile().list()) {
      assertThat(again.resolve(file)).hasSameBinaryContentAs(target.resolve(file));
    }
  }

  @Test
  void aStoreWithoutRenamesGetsTheSameDataset() throws IOException {
    String store = ObjectStore.root(temporary);
    DatasetPublisher publisher =
        DatasetPublisher.begin(
            store + "/toys", PreparedFixture.DESCRIPTION, ObjectStore.configuration());
    for (int shard : publisher.missingShards(ObjectStore.configuration())) {
      try (ShardWriter writer = publisher.shard(shard, ObjectStore.configuration())) {
        PreparedFixture.fill(writer, shard);
        writer.finish();
      }
    }
    ShardedDataset stored = publisher.publish(ObjectStore.configuration());

    assertThat(stored.fingerprint())
        .isEqualTo(PreparedFixture.publish(temporary.resolve("local")).fingerprint());
  }

  @Test
  void quarantinedImagesAreListedAndNotCounted() throws IOException {
    DatasetPublisher publisher = begin(PreparedFixture.DESCRIPTION);
    Quarantined bad = new Quarantined("image-4", "photos/4.jpg", 0, "truncated after 312 bytes");
    PreparedFixture.write(publisher, 0);
    PreparedFixture.write(publisher, 1);
    try (ShardWriter writer = publisher.shard(2, PreparedFixture.CONF)) {
      writer.quarantine(bad);
      writer.add("image-50", 2, "jpg", new byte[10], 4, 5);
      writer.finish();
    }

    assertThat(publisher.quarantined(PreparedFixture.CONF)).containsExactly(bad);
    ShardedDataset dataset = publisher.publish(PreparedFixture.CONF);

    assertThat(dataset.counts().total()).isEqualTo(dataset.samples().size());
    assertThat(dataset.shardSizes()[2]).isEqualTo(1);
    assertThat(dataset.counts()).isEqualTo(ClassCounts.ofLabels(dataset.samples().labels(), 3));
    assertThat(target.resolve("quarantine.jsonl"))
        .content()
        .isEqualTo(
            """
            {"image_id":"image-4","path":"photos/4.jpg","label":0,"reason":"truncated after 312 bytes"}
            """);
  }

  @Test
  void doesNotOverwriteADatasetOrOtherFiles() throws IOException {
    PreparedFixture.publish(target);
    assertThatThrownBy(() -> begin(PreparedFixture.DESCRIPTION))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("it already is a dataset. Remove it or choose another");

    Path home = Files.createDirectory(temporary.resolve("home"));
    Files.writeString(home.resolve("letter.txt"), "dear");
    assertThatThrownBy(
            () ->
                DatasetPublisher.begin(
                    home.toString(), PreparedFixture.DESCRIPTION, PreparedFixture.CONF))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("it already holds files");
  }

  @Test
  void anEmptyDirectoryMayBecomeTheDataset() throws IOException {
    Files.createDirectory(target);

    assertThat(PreparedFixture.publish(target).samples().size()).isEqualTo(PreparedFixture.IMAGES);
  }

  @Test
  void namesOfFilesAreTheSameInEveryLocale() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
    try {
      assertThat(String.format("%d", 3)).isNotEqualTo("3");
      assertThat(Layout.shard(3)).isEqualTo("shard-00003.tar");
      assertThat(NetworkOutput.file(1, 3)).isEqualTo("part-00001-shard-00003.parquet");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void keysOfDifferentIdsDiffer() {
    List<String> ids = List.of("a/b", "a.b", "a%2Fb", "a b", "ab", "a_b", "a-b", "ä");

    assertThat(ids.stream().map(SampleKey::of)).doesNotHaveDuplicates();
    assertThat(IntStream.range(0, ids.size()).mapToObj(i -> SampleKey.of(ids.get(i))))
        .allMatch(key -> key.matches("[A-Za-z0-9_%-]+"));
  }

  private DatasetPublisher begin(DatasetDescription description) {
    return DatasetPublisher.begin(target.toString(), description, PreparedFixture.CONF);
  }

  private static DatasetDescription withOptions(Map<String, String> options) {
    DatasetDescription d = PreparedFixture.DESCRIPTION;
    return new DatasetDescription(
        d.name(),
        d.classNames(),
        d.normalization(),
        d.shots(),
        d.source(),
        d.annotations(),
        d.shards(),
        d.seed(),
        options);
  }
}
