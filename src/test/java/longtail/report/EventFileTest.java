package longtail.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import longtail.dataset.ClassCounts;
import longtail.dataset.Shots;
import longtail.eval.Evaluation;
import longtail.eval.Predictions;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventFileTest {
  private static final Configuration CONF = new Configuration();
  @TempDir Path directory;

  @Test
  void everyNumberOfALogIsAPointOfACurve() throws IOException {
    try (EventFile file = EventFile.create(directory.toString(), 0, CONF)) {
      file.scalars(4, round(4, 2.5));
      file.scalars(8, round(8, 1.25));
      file.scalars(8, Map.of("event", "evaluation", "iteration", 8, "few", 0.25));
      file.scalars(
          8,
          Map.of(
              "event",
              "meta_validation",
              "iteration",
              8,
              "meta_validation_loss",
              3.0,
              "meta_validation_by_class",
              Map.of("0", 0.5)));
    }
    EventReader.Content content = read();
    assertThat(content.version()).isEqualTo("brain.Event:2");
    assertThat(content.curve("train/loss")).containsExactly(2.5, 1.25);
    assertThat(content.steps("train/loss")).containsExactly(4L, 8L);
    assertThat(content.curve("train/learning_rate")).containsExactly(0.5, 0.5);
    assertThat(content.curve("speed/images_per_second")).containsExactly(128.0, 128.0);
    assertThat(content.curve("phases/compute_ms")).containsExactly(7.0, 7.0);
    assertThat(content.curve("method/covariance_norm")).containsExactly(9.0, 9.0);
    assertThat(content.curve("validation/few")).containsExactly(0.25);
    assertThat(content.curve("meta_validation/loss")).containsExactly(3.0);
    assertThat(content.values().stream().map(EventReader.Value::tag).distinct())
        .containsExactlyInAnyOrder(
            "train/loss",
            "train/learning_rate",
            "speed/images_per_second",
            "phases/compute_ms",
            "method/covariance_norm",
            "validation/few",
            "meta_validation/loss");
  }

  @Test
  void aResumedRunSaysWhichEventsOfEarlierFilesDoNotCount() throws IOException {
    EventFile.create(directory.toString(), 12, CONF).close();
    assertThat(read().start()).isEqualTo(13);
  }

  @Test
  void theConfusionMatrixIsAPicture() throws IOException {
    Predictions predictions = Predictions.of(3);
    predictions.add(0, new float[] {3, 2, 1});
    predictions.add(1, new float[] {3, 2, 1});
    predictions.add(2, new float[] {1, 2, 3});
    Evaluation evaluation = Evaluation.of(predictions, ClassCounts.of(200, 50, 5), Shots.USUAL);
    try (EventFile file = EventFile.create(directory.toString(), 0, CONF)) {
      file.confusion(5, "validation/confusion", evaluation);
    }
    EventReader.Value picture = read().values().get(0);
    assertThat(picture.tag()).isEqualTo("validation/confusion");
    assertThat(picture.step()).isEqualTo(5);
    var image = ImageIO.read(new ByteArrayInputStream(picture.image()));
    assertThat(image.getWidth()).isEqualTo(ConfusionImage.draw(evaluation).width());
  }

  @Test
  void textsAreKept() throws IOException {
    try (EventFile file = EventFile.create(directory.toString(), 0, CONF)) {
      file.text(0, "experiment", "name: größer");
    }
    assertThat(read().values()).extracting(EventReader.Value::text).containsExactly("name: größer");
  }

  @Test
  void whatWasWrittenSomeTimeAgoCanBeReadWhileTheFileIsOpen() throws Exception {
    try (EventFile file = EventFile.create(directory.toString(), 0, CONF)) {
      file.scalars(1, round(1, 3));
      Thread.sleep(1100);
      file.scalars(2, round(2, 2));
      assertThat(read().curve("train/loss")).containsExactly(3.0, 2.0);
    }
  }

  private static Map<String, Object> round(long iteration, double loss) {
    return Map.of(
        "event",
        "round",
        "iteration",
        iteration,
        "stage",
        "only",
        "loss",
        loss,
        "lr",
        0.5,
        "images_per_second",
        128.0,
        "compute_ms",
        7,
        "covariance_norm",
        9.0);
  }

  private EventReader.Content read() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(1);
      assertThat(all.get(0).getFileName().toString()).startsWith("events.out.tfevents.");
      return EventReader.read(Files.readAllBytes(all.get(0)));
    }
  }
}
