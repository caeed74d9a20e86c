package longtail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import longtail.image.TestImages;
import longtail.image.codec.ImageCodec;
import longtail.spark.LocalSpark;
import longtail.spark.ToyDataset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On Spark's pages every job of a command says what it is for. */
@Tag("spark")
class JobDescriptionsTest {
  private static final String LISTENERS = "spark.extraListeners";

  @TempDir static Path directory;

  @BeforeAll
  static void listen() {
    LocalSpark.release();
    System.setProperty(LISTENERS, RecordedJobs.class.getName());
  }

  @AfterAll
  static void leave() {
    System.clearProperty(LISTENERS);
  }

  @Test
  void everyJobOfEveryCommandHasADescription() throws IOException {
    for (int image = 0; image < 24; image++) {
      Path file = directory.resolve("photos/%d/%d.png".formatted(image % 7 % 3, image));
      Files.createDirectories(file.getParent());
      Files.write(file, ImageCodec.png(TestImages.noise(8, 8, image)));
    }
    Files.writeString(directory.resolve("toy.yaml"), ToyDataset.EXPERIMENT);

    run("prepare --format folder --images photos/ --output data/ --shards 3");
    run("inspect --data data/ --output inspected/");
    run("train --workers 2 --config /toy.yaml --data data/ --validation data/ --output run/");
    run("evaluate --model run/ --data data/ --store scores/ --output evaluated/");
    run("evaluate --from scores/ --tau 0.5 --output again/");
    run("predict --model run/ --images photos/ --page --output predicted/");
    run("cam --model run/ --data data/ --output generated/");

    assertThat(RecordedJobs.undescribed()).isEmpty();
    for (String task : List.of("prepare", "inspect", "train", "validate", "evaluate", "predict")) {
      assertThat(RecordedJobs.all()).anyMatch(job -> job.startsWith(task));
    }
  }

  /** Words with a slash are paths below the directory of the test. */
  private static void run(String command) {
    List<String> words =
        new ArrayList<>(
            Arrays.stream(command.split(" "))
                .map(
                    word ->
                        word.contains("/")
                            ? directory.resolve(word.replaceAll("^/|/$", "")).toString()
                            : word)
                .toList());
    words.addAll(List.of("--master", "local[2]"));
    CommandLineFixture ended = CommandLineFixture.run(words.toArray(String[]::new));
    assertThat(ended.code()).as(command + "\n" + ended.err()).isZero();
  }
}
