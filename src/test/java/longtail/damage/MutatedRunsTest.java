package longtail.damage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import longtail.nn.Network;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files that the project wrote: prepared datasets, stored outputs, checkpoints. */
@Tag("slow")
class MutatedRunsTest {
  private static final Configuration CONF = new Configuration();

  @TempDir Path directory;
  private MutatedReadings readings;

  @BeforeEach
  void begin() {
    readings = new MutatedReadings();
  }

  @AfterEach
  void someWereRefused() {
    readings.close();
  }

  @Test
  void preparedDatasets() throws IOException {
    ShardedDataset toys = PreparedToys.write(directory, "toys", 8);
    List<String> images = images(toys);
    MutatedReadings.Reading reading =
        ignored ->
            assertThat(images(ShardedDataset.open(toys.directory(), CONF))).isEqualTo(images);
    Path index = directory.resolve("toys/index.json");
    byte[] whole = Files.readAllBytes(index);
    readings.mutate("index", 80, whole, file -> with(index, file, reading));
    readings.mutate(
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
    readings.mutate(
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

  private static void with(Path file, byte[] content, MutatedReadings.Reading reading)
      throws IOException {
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
    readings.mutate(
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
    readings.mutate(
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
}
