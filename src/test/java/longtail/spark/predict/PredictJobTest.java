package longtail.spark.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.image.codec.ImageCodec;
import longtail.image.codec.Orientation;
import longtail.image.codec.PixelLimit;
import longtail.shard.NetworkOutput;
import longtail.shard.OutputTable;
import longtail.spark.Console;
import longtail.spark.evaluate.EvaluateJob;
import longtail.spark.evaluate.EvaluateOptions;
import longtail.spark.evaluate.OutputStore;
import longtail.spark.evaluate.PostHoc;
import longtail.train.checkpoint.CheckpointChoice;
import longtail.train.checkpoint.PreprocessingChoice;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.Type;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("spark")
class PredictJobTest {
  private static final int PHOTOS = 70;

  @TempDir static Path directory;
  private static ToyPhotos toy;

  @BeforeAll
  static void trainAndTakePhotos() throws IOException {
    toy = ToyPhotos.in(directory);
    for (int i = 0; i < PHOTOS; i++) {
      // of any size, more than two parts of them
      toy.jpeg(
          "photos/%s/%02d.jpg".formatted(ToyPhotos.COLOURS.get(i % 3), i), i % 3, 8 + i, 9 + i, i);
    }
  }

  @Test
  void everyImageIsARowByItsPathBelowTheFolder() throws IOException {
    PredictSummary summary =
        toy.predict(toy.options(toy.path("photos"), "csv", PredictionFormat.CSV));
    assertThat(summary.images()).isEqualTo(PHOTOS);
    assertThat(summary.unreadable()).isZero();
    List<String> lines = toy.lines("csv");
    assertThat(lines.get(0))
        .isEqualTo(
            "path,class,probability,margin,rejected,error,class_2,probability_2,class_3,probability_3");
    assertThat(lines.subList(1, lines.size())).isSorted().hasSize(PHOTOS);
    int right = 0;
    for (Map<String, String> row : toy.csv("csv").values()) {
      double best = Double.parseDouble(row.get("probability"));
      double second = Double.parseDouble(row.get("probability_2"));
      double third = Double.parseDouble(row.get("probability_3"));
      assertThat(best + second + third).isCloseTo(1, within(1e-9));
      assertThat(Double.parseDouble(row.get("margin"))).isEqualTo(best - second);
      assertThat(row.get("rejected")).isEqualTo("false");
      assertThat(row.get("error")).isEmpty();
      right += row.get("path").startsWith(row.get("class") + "/") ? 1 : 0;
    }
    assertThat(right).as("of %d photos of the colours it learnt", PHOTOS).isGreaterThan(60);
    assertThat(summary.predicted().values().stream().mapToInt(n -> n).sum()).isEqualTo(PHOTOS);
    assertThat(directory.resolve("csv").toFile().list())
        .containsExactlyInAnyOrder("predictions.csv", "predictions.json");
  }

  @Test
  void predictionsAreTheSameBitsForAnyNumberOfTasks() throws IOException {
    for (int tasks : new int[] {1, 3}) {
      toy.predict(
          toy.options(
              toy.path("photos"),
              "tasks-" + tasks,
              PredictionFormat.CSV,
              OptionalInt.of(tasks),
              PostHoc.NOTHING,
              0.1));
    }
    assertThat(directory.resolve("tasks-3/predictions.csv"))
        .hasSameBinaryContentAs(directory.resolve("tasks-1/predictions.csv"));
  }

  @Test
  void allFormatsSayTheSame() throws IOException {
    for (PredictionFormat format : PredictionFormat.values()) {
      toy.predict(toy.options(toy.path("photos"), "formats/" + format, format));
    }
    Map<String, Map<String, String>> csv = toy.csv("formats/CSV");
    List<String> json = Files.readAllLines(directory.resolve("formats/JSONL/predictions.jsonl"));
    List<Group> table = toy.parquet("formats/PARQUET");
    assertThat(json).hasSize(PHOTOS);
    assertThat(table).hasSize(PHOTOS);
    for (int i = 0; i < PHOTOS; i++) {
      JsonNode object = new ObjectMapper().readTree(json.get(i));
      Group row = table.get(i);
      List<String> columns = row.getType().getFields().stream().map(Type::getName).toList();
      assertThat(object.fieldNames())
          .toIterable()
          .containsExactly(
              "path",
              "class",
              "probability",
              "margin",
              "rejected",
              "error",
              "class_2",
              "probability_2",
              "class_3",
              "probability_3");
      assertThat(columns).containsExactlyElementsOf(() -> object.fieldNames());
      Map<String, String> cells = csv.get(object.path("path").asText());
      for (String column : columns) {
        boolean known = row.getFieldRepetitionCount(column) == 1;
        assertThat(known ? row.getValueToString(columns.indexOf(column), 0) : "")
            .isEqualTo(cells.get(column));
        assertThat(object.path(column).isNull() ? "" : object.path(column).asText())
            .isEqualTo(cells.get(column));
      }
    }
  }

  @Test
  void anImageThatCannotBeReadIsARowWithTheReason() throws IOException {
    byte[] whole = ImageCodec.jpeg(ToyPhotos.photo(0, 40, 40, 1), 0.9);
    toy.write("odd/whole.jpg", whole);
    toy.write("odd/cut.jpg", Arrays.copyOf(whole, whole.length / 2));
    toy.write("odd/empty.jpg", new byte[0]);
    toy.write("odd/words.jpg", "no image at all".getBytes(StandardCharsets.UTF_8));
    toy.write("odd/bomb.png", bomb());
    toy.write("odd/page.jpg", "<html>".getBytes(StandardCharsets.UTF_8));

    PredictSummary summary =
        toy.predict(toy.options(toy.path("odd"), "odd-out", PredictionFormat.CSV));

    Map<String, Map<String, String>> rows = toy.csv("odd-out");
    assertThat(rows).hasSize(6);
    assertThat(summary.unreadable()).isEqualTo(5);
    assertThat(rows.get("whole.jpg").get("class")).isEqualTo("red");
    assertThat(rows.get("cut.jpg").get("error")).isNotBlank();
    assertThat(rows.get("empty.jpg").get("error")).contains("empty");
    assertThat(rows.get("words.jpg").get("error")).contains("not an image");
    assertThat(rows.get("bomb.png").get("error")).contains("larger than the limit");
    assertThat(rows.get("page.jpg").get("error")).contains("HTML");
    for (String path : List.of("cut.jpg", "empty.jpg", "words.jpg", "bomb.png", "page.jpg")) {
      assertThat(rows.get(path))
          .containsEntry("class", "")
          .containsEntry("probability", "")
          .containsEntry("margin", "")
          .containsEntry("rejected", "")
          .containsEntry("class_3", "");
    }
    assertThat(summary.table()).contains("unreadable", "5");
  }

  /** A PNG whose header claims 100,000 x 100,000 pixels. */
  private static byte[] bomb() {
    byte[] png = ImageCodec.png(ToyPhotos.photo(0, 8, 8, 1));
    byte[] side = {0, 1, (byte) 0x86, (byte) 0xA0};
    System.arraycopy(side, 0, png, 16, 4);
    System.arraycopy(side, 0, png, 20, 4);
    CRC32 sum = new CRC32();
    sum.update(png, 12, 17);
    for (int i = 0; i < 4; i++) {
      png[29 + i] = (byte) (sum.getValue() >> (24 - 8 * i));
    }
    return png;
  }

  @Test
  void anInterruptedRunKeepsItsFinishedPartsAndEndsTheSame() throws IOException {
    PredictOptions options = toy.options(toy.path("photos"), "cut", PredictionFormat.CSV);
    toy.predict(toy.options(toy.path("photos"), "uncut", PredictionFormat.CSV));
    // two of three parts, as a run leaves them that ends there
    PredictionFiles files = new PredictionFiles(toy.path("cut"), PredictionFormat.CSV);
    PredictJob.begin(toy.spark(), options, Console.silent(), 2);
    assertThat(files.finished(0, ToyPhotos.CONF)).isPresent();
    assertThat(files.finished(2, ToyPhotos.CONF)).isEmpty();
    assertThat(directory.resolve("cut/predictions.csv")).doesNotExist();

    PredictSummary rest = toy.predict(options);

    assertThat(rest.scored()).isEqualTo(PHOTOS - 64);
    assertThat(rest.images()).isEqualTo(PHOTOS);
    assertThat(directory.resolve("cut/predictions.csv"))
        .hasSameBinaryContentAs(directory.resolve("uncut/predictions.csv"));
  }

  @Test
  void aRunWithOtherOptionsBeginsAnew() throws IOException {
    PredictOptions options = toy.options(toy.path("photos"), "other", PredictionFormat.CSV);
    PredictJob.begin(toy.spark(), options, Console.silent(), 2);
    PredictSummary anew =
        toy.predict(
            toy.options(
                toy.path("photos"),
                "other",
                PredictionFormat.CSV,
                OptionalInt.empty(),
                PostHoc.NOTHING,
                0.934));
    assertThat(anew.scored()).isEqualTo(PHOTOS);
    assertThat(toy.csv("other").values())
        .allMatch(
            row ->
                row.get("rejected").equals("true")
                    == Double.parseDouble(row.get("probability")) < 0.934)
        .anyMatch(row -> row.get("rejected").equals("true"));
  }

  @Test
  void correctionsAreThoseOfTheEvaluation() throws IOException {
    PostHoc rareFirst = new PostHoc(List.of(), 50);
    toy.predict(
        toy.options(
            toy.path("photos"),
            "adjusted",
            PredictionFormat.CSV,
            OptionalInt.empty(),
            rareFirst,
            0.1));
    assertThat(toy.csv("adjusted").values())
        .as("the class with the fewest training images")
        .allMatch(row -> row.get("class").equals("blue"));
    toy.predict(toy.options(toy.path("photos"), "plain", PredictionFormat.CSV));
    toy.predict(
        toy.options(
            toy.path("photos"),
            "tau",
            PredictionFormat.CSV,
            OptionalInt.empty(),
            new PostHoc(List.of(1.0), 0),
            0.1));
    assertThat(toy.lines("tau")).isNotEqualTo(toy.lines("plain"));
  }

  @Test
  void outputsAreStoredByPath() throws IOException {
    PredictOptions usual = toy.options(toy.path("photos"), "stored", PredictionFormat.CSV);
    toy.predict(
        new PredictOptions(
            usual.model(),
            CheckpointChoice.LATEST,
            usual.images(),
            usual.output(),
            usual.format(),
            1,
            usual.postHoc(),
            usual.threshold(),
            OutputStore.all(toy.path("outputs")),
            PredictOptions.Page.NONE,
            Orientation.AS_STORED,
            PixelLimit.USUAL,
            PreprocessingChoice.AS_SAVED,
            16,
            OptionalInt.of(2)));
    Map<String, Map<String, String>> rows = toy.csv("stored");
    OutputTable logits = new OutputTable(NetworkOutput.LOGITS, toy.path("outputs"), ToyPhotos.CONF);
    int[] read = new int[1];
    for (String file : logits.files()) {
      logits.read(
          file,
          (path, label, numbers) -> {
            assertThat(numbers).hasSize(3);
            assertThat(Prediction.of(path, numbers, 1, 0).probabilities()[0])
                .isEqualTo(Double.parseDouble(rows.get(path).get("probability")));
            read[0]++;
          });
    }
    assertThat(read[0]).isEqualTo(PHOTOS);
    assertThat(new OutputTable(NetworkOutput.FEATURES, toy.path("outputs"), ToyPhotos.CONF).files())
        .isNotEmpty();
  }

  @Test
  void theContactSheetShowsTheLeastCertainOfEachClass() throws IOException {
    PredictOptions usual = toy.options(toy.path("photos"), "sheet", PredictionFormat.CSV);
    PredictSummary summary = toy.predict(withPage(usual));
    String page = Files.readString(directory.resolve("sheet/predictions.html"));
    assertThat(summary.page()).endsWith("sheet/predictions.html");
    for (String colour : ToyPhotos.COLOURS) {
      List<Map<String, String>> ofClass =
          toy.csv("sheet").values().stream().filter(r -> r.get("class").equals(colour)).toList();
      List<String> leastCertain =
          ofClass.stream()
              .sorted(Comparator.comparingDouble(r -> Double.parseDouble(r.get("probability"))))
              .limit(8)
              .map(r -> r.get("path"))
              .toList();
      String section = page.substring(page.indexOf("data-class=\"" + colour));
      section = section.substring(0, section.indexOf("</section>"));
      assertThat(section).contains("%d images".formatted(ofClass.size()));
      assertThat(section.split("<figure>", -1)).hasSize(1 + leastCertain.size());
      assertThat(section.split("image/jpeg", -1)).as("an image and its map").hasSize(1 + 16);
      assertThat(section).contains(leastCertain);
    }
    assertThat(page).doesNotContain("http://", "https://", "<link");
  }

  private static PredictOptions withPage(PredictOptions usual) {
    return new PredictOptions(
        usual.model(),
        usual.choice(),
        usual.images(),
        usual.output(),
        usual.format(),
        usual.top(),
        usual.postHoc(),
        usual.threshold(),
        usual.store(),
        PredictOptions.Page.CONTACT_SHEET,
        usual.orientation(),
        usual.limit(),
        usual.preprocessing(),
        usual.batchSize(),
        usual.workers());
  }

  @Test
  void aPreparedDatasetGetsTheAnswersOfItsEvaluation() throws IOException {
    toy.predict(toy.options(toy.path("train"), "prepared", PredictionFormat.CSV));
    EvaluateJob.run(
        toy.spark(), EvaluateOptions.of(toy.path("run"), toy.path("train"), toy.path("evaluated")));
    Map<String, Map<String, String>> rows = toy.csv("prepared");
    List<Group> evaluated = toy.rows("evaluated");
    assertThat(evaluated).hasSize(48).hasSameSizeAs(rows.keySet());
    for (Group row : evaluated) {
      Map<String, String> predicted = rows.get(row.getString("image_id", 0));
      assertThat(predicted.get("class"))
          .isEqualTo(ToyPhotos.COLOURS.get(row.getInteger("prediction", 0)));
      assertThat(Double.parseDouble(predicted.get("probability")))
          .isCloseTo(row.getDouble("probability", 0), within(1e-5));
    }
  }

  @Test
  void aZipHasNoCountsToAdjustBy() throws IOException {
    Path zip;
    try (Stream<Path> files = Files.walk(directory.resolve("run"))) {
      zip = files.filter(file -> file.endsWith("model.zip")).findFirst().orElseThrow();
    }
    Files.copy(zip, directory.resolve("alone.zip"));
    PredictOptions usual = toy.options(toy.path("photos"), "alone", PredictionFormat.CSV);
    assertThatThrownBy(
            () ->
                toy.predict(
                    new PredictOptions(
                        toy.path("alone.zip"),
                        CheckpointChoice.LATEST,
                        usual.images(),
                        usual.output(),
                        usual.format(),
                        5,
                        new PostHoc(List.of(), 1),
                        0.1,
                        OutputStore.NOTHING,
                        PredictOptions.Page.NONE,
                        Orientation.AS_STORED,
                        PixelLimit.USUAL,
                        PreprocessingChoice.AS_SAVED,
                        16,
                        OptionalInt.empty())))
        .isInstanceOfSatisfying(
            LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG))
        .hasMessageContaining("class counts");
  }
}
