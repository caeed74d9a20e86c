package longtail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import longtail.RandomStreams;
import longtail.image.RgbImage;
import longtail.image.codec.ImageCodec;
import longtail.spark.LocalSpark;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dataset that is only a JSON and a folder of PNGs, from prepare to evaluate by the commands. */
@Tag("spark")
class OwnDatasetTest {
  private static final int[] COUNTS = {40, 20, 6};
  private static final int SIZE = 16;
  private static final String EXPERIMENT =
      """
      name: mine
      seed: 1
      data: {transforms: [{type: pad-crop, padding: 2, size: 16}, horizontal-flip]}
      model: {backbone: resnet32, head: linear}
      stages:
        - name: train
          epochs: 2
          batch-size: 16
          loss: balanced-softmax
          sampler: class-balanced
          optimizer: {type: sgd, lr: 0.05}
          schedule: cosine
      averaging: {every: 2}
      """;

  @TempDir Path directory;

  @BeforeAll
  static void commandsOpenContextsOfTheirOwn() {
    LocalSpark.release();
  }

  @BeforeEach
  void writeDataset() throws IOException {
    SplittableRandom random = RandomStreams.of(3);
    List<String> annotations = new ArrayList<>();
    Path images = Files.createDirectories(directory.resolve("images"));
    for (int label = 0; label < COUNTS.length; label++) {
      for (int i = 0; i < COUNTS[label]; i++) {
        int width = SIZE + i % 5; // photographs are not square
        byte[] pixels = new byte[SIZE * width * 3];
        random.nextBytes(pixels);
        for (int p = label; p < pixels.length; p += 3) {
          pixels[p] = (byte) 200;
        }
        String name = "%d-%d.png".formatted(label, i);
        Files.write(images.resolve(name), ImageCodec.png(new RgbImage(SIZE, width, pixels)));
        annotations.add(
            "{\"image_id\": \"%d-%d\", \"fpath\": \"%s\", \"im_height\": %d, \"im_width\": %d, \"category_id\": %d}"
                .formatted(label, i, name, SIZE, width, label));
      }
    }
    Files.writeString(
        directory.resolve("train.json"),
        "{\"annotations\": [%s], \"num_classes\": 3}".formatted(String.join(",", annotations)));
    Files.writeString(directory.resolve("mine.yaml"), EXPERIMENT);
  }

  @Test
  void trainsFromPrepareToEvaluate() throws IOException {
    succeed(
        "prepare",
        "--format",
        "longtail",
        "--annotations",
        path("train.json"),
        "--images",
        path("images"),
        "--output",
        path("data"),
        "--shards",
        "2");
    succeed(
        "train",
        "--config",
        path("mine.yaml"),
        "--data",
        path("data"),
        "--validation",
        path("data"),
        "--output",
        path("run"));
    CommandLineFixture again =
        CommandLineFixture.run(
            "train",
            "--config",
            path("mine.yaml"),
            "--data",
            path("data"),
            "--output",
            path("run"),
            "--master",
            "local[2]");
    assertThat(again.code()).isEqualTo(2);
    assertThat(again.err()).contains("--resume");
    CommandLineFixture table =
        succeed(
            "evaluate",
            "--model",
            path("run"),
            "--data",
            path("data"),
            "--output",
            path("evaluation"),
            "--store",
            path("stored"));
    assertThat(table.out()).contains("few");
    succeed("evaluate", "--from", path("stored"), "--output", path("swept"), "--tau", "0:1:0.5");

    JsonNode figures =
        new ObjectMapper().readTree(directory.resolve("evaluation/evaluation.json").toFile());
    for (String key : List.of("top1", "top5", "mean_class_accuracy", "medium", "few")) {
      assertThat(figures.path(key).asDouble(-1)).as(key).isBetween(0.0, 1.0);
    }
    assertThat(figures.path("per_class")).hasSize(COUNTS.length);
    JsonNode swept =
        new ObjectMapper().readTree(directory.resolve("swept/tau-0.0/evaluation.json").toFile());
    for (String key : List.of("per_class", "nll", "reliability", "test_distributions")) {
      assertThat(figures.has(key)).as(key).isTrue();
      assertThat(swept.path(key)).as(key).isEqualTo(figures.path(key));
    }
    assertThat(directory.resolve("swept/tau-1.0/report.html")).exists();
    assertThat(directory.resolve("evaluation/predictions.parquet")).exists();
    assertThat(directory.resolve("run/metrics.jsonl")).isNotEmptyFile();
    assertThat(directory.resolve("run/experiment.yaml")).content().contains("weight-decay");
  }

  @Test
  void missingDataIsExitCodeThree() {
    CommandLineFixture evaluate =
        CommandLineFixture.run(
            "evaluate",
            "--model",
            directory.resolve("none.zip").toString(),
            "--data",
            directory.resolve("none").toString(),
            "--output",
            directory.resolve("out").toString(),
            "--master",
            "local[1]");
    assertThat(evaluate.code()).isEqualTo(3);
    assertThat(evaluate.err()).startsWith("error: ").doesNotContain("\tat ");
  }

  private String path(String name) {
    return directory.resolve(name).toString();
  }

  private static CommandLineFixture succeed(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--master");
    all.add("local[2]");
    CommandLineFixture run = CommandLineFixture.run(all.toArray(String[]::new));
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isZero();
    return run;
  }
}
