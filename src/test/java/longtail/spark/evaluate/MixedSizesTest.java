package longtail.spark.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import longtail.dataset.Normalization;
import longtail.image.RgbImage;
import longtail.image.TestImages;
import longtail.image.augment.CenterCrop;
import longtail.image.augment.Fit;
import longtail.image.augment.Preprocessing;
import longtail.nn.Network;
import longtail.spark.ToyEvaluation;
import longtail.train.checkpoint.ModelFile;
import longtail.train.checkpoint.PreprocessingChoice;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model scores images of all sizes as those that were brought to its size before. */
@Tag("spark")
class MixedSizesTest {
  private static final int[][] SIZES = {{8, 8}, {5, 30}, {31, 9}, {100, 40}, {3, 3}, {8, 12}};
  private static final List<RgbImage> IMAGES =
      IntStream.range(0, 18)
          .mapToObj(i -> TestImages.noise(SIZES[i % 6][0], SIZES[i % 6][1], i))
          .toList();

  @TempDir private static Path directory;
  private static ToyEvaluation toy;

  @BeforeAll
  static void prepare() throws IOException {
    toy = ToyEvaluation.in(directory);
    toy.publish("mixed", IMAGES);
  }

  @Test
  void aRunShowsTheMiddleOfWhatIsAnEighthLarger() throws IOException {
    assertThat(predictions("run", "mixed", PreprocessingChoice.AS_SAVED))
        .isEqualTo(expected("run", Fit.of(8, 8, Fit.Mode.CROP)::apply));
  }

  @Test
  void theFitIsChosen() throws IOException {
    for (Fit.Mode mode : Fit.Mode.values()) {
      PreprocessingChoice choice =
          new PreprocessingChoice(OptionalInt.empty(), Optional.of(mode), Optional.empty());
      assertThat(predictions("run", "mixed", choice))
          .isEqualTo(expected("run", Fit.of(8, 8, mode)::apply));
    }
  }

  @Test
  void theSizeIsChosen() throws IOException {
    PreprocessingChoice choice =
        new PreprocessingChoice(OptionalInt.of(12), Optional.empty(), Optional.empty());
    assertThat(predictions("run", "mixed", choice))
        .isEqualTo(expected("run", choice, Fit.of(12, 12, Fit.Mode.CROP)::apply));
  }

  @Test
  void theNormalisationIsTheModelsUnlessAnotherIsChosen() throws IOException {
    Preprocessing own =
        new Preprocessing(
            List.of(Fit.of(8, 8, Fit.Mode.CROP)), Optional.of(Normalization.cifarMetasaug()));
    try (Network network = toy.checkpoint().network();
        OutputStream out = Files.newOutputStream(toy.path("own.zip"))) {
      ModelFile.write(network, own, out);
    }
    List<String> chosen = normalised("run", Normalization.cifarMetasaug());
    assertThat(predictions("own.zip", "mixed", PreprocessingChoice.AS_SAVED))
        .isEqualTo(chosen)
        .isNotEqualTo(predictions("run", "mixed", PreprocessingChoice.AS_SAVED));
    assertThat(normalised("own.zip", toy.training().normalization()))
        .isEqualTo(predictions("run", "mixed", PreprocessingChoice.AS_SAVED));
  }

  private static List<String> normalised(String model, Normalization by) throws IOException {
    return predictions(
        model,
        "mixed",
        new PreprocessingChoice(OptionalInt.empty(), Optional.empty(), Optional.of(by)));
  }

  @Test
  void aZipKnowsItsTransforms() throws IOException {
    Preprocessing known = new Preprocessing(List.of(new CenterCrop(10)), Optional.empty());
    try (Network network = toy.checkpoint().network();
        OutputStream out = Files.newOutputStream(toy.path("known.zip"))) {
      ModelFile.write(network, known, out);
    }
    assertThat(predictions("known.zip", "mixed", PreprocessingChoice.AS_SAVED))
        .isEqualTo(expected("known.zip", new CenterCrop(10)::apply));
  }

  @Test
  void aZipThatKnowsNoneSeesImagesOfOneSizeAsTheyAreAndOthersAsItsBackboneIsPublished()
      throws IOException {
    try (Network network = toy.checkpoint().network();
        OutputStream out = Files.newOutputStream(toy.path("bare.zip"))) {
      network.save(out);
    }
    assertThat(predictions("bare.zip", "test", PreprocessingChoice.AS_SAVED))
        .isEqualTo(predictions("run", "test", PreprocessingChoice.AS_SAVED));
    assertThat(predictions("bare.zip", "mixed", PreprocessingChoice.AS_SAVED))
        .isEqualTo(expected("bare.zip", Fit.of(32, 32, Fit.Mode.CROP)::apply));
  }

  @Test
  void aCheckpointOfAnEarlierVersionIsScoredAsBefore() throws Exception {
    Path earlier = toy.path("earlier");
    Path checkpoint = Path.of(URI.create(toy.checkpoint().directory()));
    Files.createDirectories(earlier);
    try (var files = Files.list(checkpoint)) {
      for (Path file : files.toList()) {
        Files.copy(file, earlier.resolve(file.getFileName()));
      }
    }
    ByteArrayOutputStream zip = new ByteArrayOutputStream();
    try (Network network = toy.checkpoint().network()) {
      network.save(zip);
    }
    Files.write(earlier.resolve("model.zip"), zip.toByteArray());
    Path manifest = earlier.resolve("checkpoint.json");
    JsonNode json = new ObjectMapper().readTree(manifest.toFile());
    ((ObjectNode) json.get("parts").get("model.zip"))
        .put("bytes", zip.size())
        .put("sha256", sha256(zip.toByteArray()));
    Files.writeString(manifest, json.toString());

    assertThat(predictions("earlier", "test", PreprocessingChoice.AS_SAVED))
        .isEqualTo(predictions("run", "test", PreprocessingChoice.AS_SAVED));
    List<RgbImage> larger =
        IntStream.range(0, 9).mapToObj(i -> TestImages.noise(10, 10 + i % 3, i)).toList();
    toy.publish("larger", larger);
    toy.publish("cropped", larger.stream().map(new CenterCrop(10)::apply).toList());
    assertThat(predictions("earlier", "larger", PreprocessingChoice.AS_SAVED))
        .isEqualTo(predictions("earlier", "cropped", PreprocessingChoice.AS_SAVED));
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  private static List<String> expected(String model, UnaryOperator<RgbImage> transform)
      throws IOException {
    return expected(model, PreprocessingChoice.AS_SAVED, transform);
  }

  private static List<String> expected(
      String model, PreprocessingChoice choice, UnaryOperator<RgbImage> transform)
      throws IOException {
    String name = "prepared-" + UUID.randomUUID();
    toy.publish(name, IMAGES.stream().map(transform).toList());
    return predictions(model, name, choice);
  }

  private static List<String> predictions(
      String model, String data, PreprocessingChoice preprocessing) throws IOException {
    EvaluateJob.run(
        toy.spark(),
        EvaluateOptions.of(toy.path(model).toString(), toy.data(data), toy.output("scored"))
            .with()
            .preprocessing(preprocessing)
            .batchSize(8)
            .workers(OptionalInt.of(2))
            .options());
    return toy.probabilities("scored");
  }
}
