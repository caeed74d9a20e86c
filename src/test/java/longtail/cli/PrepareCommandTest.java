package longtail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import longtail.dataset.ClassCounts;
import longtail.dataset.Normalization;
import longtail.image.RgbImage;
import longtail.image.codec.ImageCodec;
import longtail.shard.ShardedDataset;
import longtail.spark.LocalSpark;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("spark")
class PrepareCommandTest {
  @BeforeAll
  static void release() {
    LocalSpark.release();
  }

  @TempDir Path directory;

  @Test
  void aTestSetMayLackClassesOfTheTrainingSet() throws IOException {
    image("train/ant/1.png");
    image("train/bee/1.png");
    image("train/cat/1.png");
    image("test/cat/1.png");
    image("test/ant/1.png");
    Files.createDirectories(directory.resolve("test/bee"));
    Path list = Files.writeString(directory.resolve("names.txt"), "\uFEFFcat\n\nant\r\nbee\n");

    assertThat(folder("test", "alone").err()).contains("folder bee: it is empty", "--classes-from");
    succeed(folder("train", "data"));
    succeed(folder("test", "out", "--classes-from", path("data")));
    succeed(folder("test", "listed", "--classes", list.toString()));

    assertThat(open("out").classNames()).containsExactly("ant", "bee", "cat");
    assertThat(open("out").counts()).isEqualTo(ClassCounts.of(1, 0, 1));
    assertThat(open("listed").classNames()).containsExactly("cat", "ant", "bee");
    assertThat(open("listed").counts()).isEqualTo(ClassCounts.of(1, 1, 0));
    image("test/dog/1.png");
    CommandLineFixture dog = folder("test", "refused", "--classes-from", path("data"));
    assertThat(dog.code()).isEqualTo(2);
    assertThat(dog.err()).contains("'dog' (1 image)");
    assertThat(folder("train", "x", "--classes-from", path("data"), "--class-count", "3").code())
        .isEqualTo(2);
  }

  @Test
  void aListMayLackTheLastClasses() throws IOException {
    image("photos/my photo 7.png");
    image("photos/b.png");
    Path list = Files.writeString(directory.resolve("test.txt"), "my photo 7.png 1\nb.png 0\n");

    succeed(list(list, "counted", "--class-count", "5"));
    Files.writeString(directory.resolve("names.txt"), "wren\neider\ngull\n");
    succeed(list(list, "named", "--classes", path("names.txt")));

    assertThat(open("counted").counts()).isEqualTo(ClassCounts.of(1, 1, 0, 0, 0));
    assertThat(open("named").classNames()).containsExactly("wren", "eider", "gull");
    assertThat(open("named").counts()).isEqualTo(ClassCounts.of(1, 1, 0));
  }

  @Test
  void notesStandInTheTable() throws IOException {
    image("photos/a.png");
    image("photos/b.png");
    Path list = Files.writeString(directory.resolve("from1.txt"), "a.png 1\nb.png 2\na.png 2\n");

    CommandLineFixture run = succeed(list(list, "out"));

    assertThat(run.out().lines())
        .anyMatch(line -> line.matches("note +class 0 has no image: do the labels begin at 1\\?"))
        .anyMatch(line -> line.matches("note +1 file has two classes: a.png is 1 and 2"));
  }

  @Test
  void theNormalisationIsSaidInOneLineAndCanBeGiven() throws IOException {
    image("photos/ant/1.png");

    assertThat(succeed(folder("photos", "usual")).out().lines())
        .anyMatch(line -> line.matches("pixels +normalised by imagenet \\(mean .*--normaliz.*"));
    String own = "{mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6]}";
    assertThat(succeed(folder("photos", "own", "--normalization", own)).out().lines())
        .anyMatch(line -> line.matches("pixels +normalised by mean \\[0.1, 0.2, 0.3\\], .*"));

    assertThat(open("usual").normalization()).isEqualTo(Normalization.imagenet());
    assertThat(open("own").normalization())
        .isEqualTo(new Normalization(new double[] {.1, .2, .3}, new double[] {.4, .5, .6}));
    CommandLineFixture wrong = folder("photos", "wrong", "--normalization", "imagnet");
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).contains("--normalization", "did you mean 'imagenet'?");
  }

  @Test
  void namesMayHoldColonsAndOtherSigns() throws IOException {
    image("at 02:15/a:b/1:2.png");
    image("at 02:15/c%20d/[3]{4}*.png");
    String output = "run-2026-11-30T02:15:00 #1 100% [x]";

    succeed(folder("at 02:15", output));

    assertThat(open(output).classNames()).containsExactly("a:b", "c%20d");
    assertThat(open(output).counts()).isEqualTo(ClassCounts.of(1, 1));
    assertThat(directory.resolve(output).resolve("index.json")).exists();
    try (var left = Files.list(directory)) {
      assertThat(left).hasSize(2);
    }
  }

  @Test
  void aMasterThatIsNoneIsAnErrorOfUsage() throws IOException {
    image("photos/ant/1.png");
    CommandLineFixture run =
        CommandLineFixture.run(
            "prepare",
            "--format",
            "folder",
            "--images",
            path("photos"),
            "--output",
            path("out"),
            "--master",
            "nonsense");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).startsWith("error: cannot start Spark with --master nonsense");
    assertThat(run.err().lines()).hasSize(1);
  }

  private CommandLineFixture folder(String images, String output, String... more) {
    return prepare("folder", images, output, more);
  }

  private CommandLineFixture list(Path list, String output, String... more) {
    List<String> all = new ArrayList<>(List.of(more));
    all.addAll(List.of("--annotations", list.toString()));
    return prepare("list", "photos", output, all.toArray(String[]::new));
  }

  private CommandLineFixture prepare(String format, String images, String output, String... more) {
    List<String> all = new ArrayList<>(List.of("prepare"));
    all.addAll(List.of("--format", format, "--images", path(images), "--output", path(output)));
    all.addAll(List.of("--master", "local[1]"));
    all.addAll(List.of(more));
    return CommandLineFixture.run(all.toArray(String[]::new));
  }

  private static CommandLineFixture succeed(CommandLineFixture run) {
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isZero();
    return run;
  }

  private ShardedDataset open(String name) {
    return ShardedDataset.open(path(name), new Configuration());
  }

  private String path(String name) {
    return directory.resolve(name).toString();
  }

  private void image(String name) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, ImageCodec.png(new RgbImage(4, 4, new byte[48])));
  }
}
