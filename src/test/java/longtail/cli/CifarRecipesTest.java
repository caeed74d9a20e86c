package longtail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import longtail.dataset.AnnotatedSet;
import longtail.dataset.Annotation;
import longtail.dataset.AnnotationFormat;
import longtail.dataset.ImageCollection;
import longtail.dataset.format.Annotations;
import longtail.image.RgbImage;
import longtail.image.codec.ImageCodec;
import longtail.spark.LocalSpark;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recipes of CIFAR-10-LT, shortened, on an archive of the format of CIFAR-10: drawn images. */
@Tag("spark")
class CifarRecipesTest {
  private static final int CLASSES = 10;
  private static final int PER_CLASS = 40;
  private static final int TEST_PER_CLASS = 8;
  private static final String ARCHIVE = "cifar-10-binary.tar.gz";

  @TempDir Path directory;

  @BeforeAll
  static void commandsOpenContextsOfTheirOwn() {
    LocalSpark.release();
  }

  @Test
  void recipesRunToTheEndOnAnArchiveOfDrawnImages() throws IOException {
    drawArchive();
    Path manifest = directory.resolve("cifar10-lt.yaml");
    Files.writeString(
        manifest,
        Files.readString(Path.of("data-manifests/cifar10-lt.yaml"))
            .replace("cifar-10-python.tar.gz", ARCHIVE)
            .replace("root: ../data", "root: ."));
    String test = path("test");
    run(
        "prepare",
        "--manifest",
        manifest.toString(),
        "--split",
        "test",
        "--shards",
        "1",
        "--output",
        test);
    for (List<String> recipe :
        List.of(List.of("mixup-two-samplers"), List.of("crt", "--set", "stages.1.epochs=1"))) {
      String output = path(recipe.get(0));
      train(manifest, recipe.get(0), recipe.subList(1, recipe.size()), output);
      run("evaluate", "--model", output, "--data", test, "--output", output + "/evaluation");
      JsonNode figures =
          new ObjectMapper().readTree(Path.of(output, "evaluation/evaluation.json").toFile());
      assertThat(figures.path("per_class")).hasSize(CLASSES);
      assertThat(figures.path("top1").asDouble(-1)).isBetween(0.0, 1.0);
    }
  }

  private void train(Path manifest, String recipe, List<String> overrides, String output) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "train",
                "--config",
                "conf/cifar10-lt/%s.yaml".formatted(recipe),
                "--output",
                output,
                "--set",
                "data.manifest=" + manifest,
                "--set",
                "data.imbalance-factor=10",
                "--set",
                "model.backbone={type: cifar-resnet, depth: 8, width: 8}",
                "--set",
                "stages.0.epochs=2",
                "--set",
                "stages.0.batch-size=32"));
    arguments.addAll(overrides);
    run(arguments.toArray(String[]::new));
    assertThat(Path.of(output, "metrics.jsonl")).isNotEmptyFile();
  }

  private void drawArchive() throws IOException {
    CommandLineFixture.run(
        "synth",
        "--output",
        path("drawn"),
        "--classes",
        Integer.toString(CLASSES),
        "--largest-class",
        Integer.toString(PER_CLASS),
        "--imbalance-factor",
        "1",
        "--test-per-class",
        Integer.toString(TEST_PER_CLASS),
        "--image-size",
        "32");
    AnnotatedSet training = drawn("train");
    try (OutputStream out = Files.newOutputStream(directory.resolve(ARCHIVE));
        TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(out))) {
      String names = String.join("\n", training.classNames()) + "\n";
      add(tar, "batches.meta.txt", names.getBytes(StandardCharsets.UTF_8));
      add(tar, "data_batch_1.bin", records(training));
      add(tar, "test_batch.bin", records(drawn("test")));
    }
  }

  private AnnotatedSet drawn(String split) {
    return Annotations.read(
        ImageCollection.of(
            AnnotationFormat.INAT, path("drawn/" + split + ".json"), path("drawn/images"), split),
        new Configuration());
  }

  /** Label and planes of each image, as the binary version of CIFAR-10 has them. */
  private byte[] records(AnnotatedSet set) throws IOException {
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    for (Annotation annotation : set.annotations()) {
      byte[] file =
          Files.readAllBytes(directory.resolve("drawn/images").resolve(annotation.path()));
      RgbImage image = ImageCodec.decode(file);
      records.write(annotation.label());
      byte[] pixels = image.pixels();
      IntStream.range(0, pixels.length)
          .forEach(i -> records.write(pixels[3 * (i % 1024) + i / 1024]));
    }
    return records.toByteArray();
  }

  private static void add(TarArchiveOutputStream tar, String name, byte[] content)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry("cifar-10-batches-bin/" + name);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  private String path(String name) {
    return directory.resolve(name).toString();
  }

  private static void run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--master");
    all.add("local[1]");
    CommandLineFixture run = CommandLineFixture.run(all.toArray(String[]::new));
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isZero();
  }
}
