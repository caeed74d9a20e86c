package longtail.damage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import longtail.cli.Main;
import longtail.image.TestImages;
import longtail.image.codec.ImageCodec;
import longtail.spark.Console;
import longtail.spark.LocalSpark;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.RemoteIterator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands on a YARN cluster, in client and in cluster mode, with their manifest, experiment,
 * data and output on its HDFS: what they give is what one undisturbed process gives, byte for byte.
 */
@Tag("spark")
@Tag("slow")
@Tag("minutes")
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class YarnIT {
  private static final String MANIFEST =
      """
      name: photos
      format: folder
      root: ../images
      splits:
        train: {images: train}
        test: {images: test}
      """;

  /** Long enough that something is killed in its midst. */
  private static final String RECIPE =
      """
      name: whole
      seed: 3
      data: {transforms: [{type: pad-crop, padding: 1}, {type: horizontal-flip}]}
      model: {backbone: {type: cifar-resnet, depth: 8, width: 4}}
      stages:
        - {name: first, epochs: 3, batch-size: 8, optimizer: {type: sgd, lr: 0.05}}
        - {name: second, epochs: 40, batch-size: 8, loss: balanced-softmax, optimizer: {type: sgd, lr: 0.01}}
      averaging: {every: 2}
      evaluation: {every-epochs: 20}
      checkpoints: {every-epochs: 1000, every-steps: 60}
      """;

  private static final int CLASSES = 3;

  @TempDir static Path temporary;
  private static YarnCluster yarn;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    // a process has one context at a time
    LocalSpark.release();
    yarn = YarnCluster.start(temporary);
    images("train", 48);
    images("test", 21);
    write("manifests/photos.yaml", MANIFEST.getBytes(StandardCharsets.UTF_8));
    write("recipes/whole.yaml", RECIPE.getBytes(StandardCharsets.UTF_8));
    write(
        "recipes/mine/drill.yaml",
        "{base: ../whole.yaml, name: drill}".getBytes(StandardCharsets.UTF_8));
    for (Job job : Job.values()) {
      List<String> arguments = new ArrayList<>(List.of(job.command));
      arguments.addAll(job.arguments("undisturbed"));
      arguments.addAll(List.of("--master", "local[2]"));
      if (job == Job.TRAIN) {
        arguments.addAll(List.of("--workers", "2"));
      }
      ByteArrayOutputStream errors = new ByteArrayOutputStream();
      int code =
          Main.run(
              arguments.toArray(String[]::new),
              Console.silent(),
              new PrintStream(errors, true, StandardCharsets.UTF_8));
      assertThat(code).as(errors.toString(StandardCharsets.UTF_8)).isZero();
    }
  }

  @AfterAll
  static void stop() {
    if (yarn != null) {
      yarn.close();
    }
  }

  /** What is asked for, in this order. */
  private enum Job {
    PREPARE("prepare", "--manifest manifests/photos.yaml --split train --shards 4", "train"),
    PREPARE_TEST("prepare", "--manifest manifests/photos.yaml --split test --shards 4", "test"),
    TRAIN(
        "train",
        "--resume --config recipes/mine/drill.yaml --data %s/train --validation %s/test",
        "run"),
    EVALUATE("evaluate", "--model %s/run --data %s/test", "evaluated"),
    PREDICT("predict", "--model %s/run --images images/test", "predicted");

    private final String command;
    private final String arguments;
    private final String output;

    Job(String command, String arguments, String output) {
      this.command = command;
      this.arguments = arguments;
      this.output = output;
    }

    /** Its arguments, below the directory {@code directory} of the file system. */
    List<String> arguments(String directory) {
      String all = arguments.replace("%s", directory) + " --output " + directory + "/" + output;
      return Arrays.stream(all.split(" "))
          .map(word -> word.contains("/") ? yarn.path(word) : word)
          .toList();
    }
  }

  private static void images(String split, int images) throws IOException {
    for (int image = 0; image < images; image++) {
      write(
          "images/%s/%d/%d.png".formatted(split, image % 7 % CLASSES, image),
          ImageCodec.png(TestImages.noise(8, 8, image)));
    }
  }

  private static void write(String path, byte[] bytes) throws IOException {
    try (OutputStream out = yarn.files().create(new org.apache.hadoop.fs.Path(yarn.path(path)))) {
      out.write(bytes);
    }
  }

  @Test
  void inClientModeARunIsResumedAndLosesAContainer() throws IOException {
    String directory = "client";
    run(directory, Job.PREPARE);
    run(directory, Job.PREPARE_TEST);
    JobProcess killed = client(directory, Job.TRAIN);
    killed.await("a checkpoint", () -> committed(directory));
    LoopbackCluster.send("KILL", killed.driver());
    assertThat(killed.end().code()).isEqualTo(137);

    JobProcess resumed = client(directory, Job.TRAIN);
    resumed.await("its second half", () -> resumed.printed("second epoch 30/"));
    LoopbackCluster.send("KILL", yarn.executors().get(0));
    JobProcess.Ended ended = resumed.end().succeeded();
    assertThat(resumed.printed("are repeated")).as(ended.printed()).isTrue();
    run(directory, Job.EVALUATE);
    run(directory, Job.PREDICT);

    requireSame(directory);
  }

  private static void run(String directory, Job job) {
    client(directory, job).end().succeeded();
  }

  private static JobProcess client(String directory, Job job) {
    return yarn.inClientMode(job.command, job.arguments(directory));
  }

  @Test
  void inClusterModeARunGoesOnWhereItsDriverWasKilled() throws IOException {
    String directory = "cluster";
    submit(directory, Job.PREPARE).end().succeeded();
    submit(directory, Job.PREPARE_TEST).end().succeeded();
    JobProcess training = submit(directory, Job.TRAIN);
    training.await("a checkpoint", () -> committed(directory));
    LoopbackCluster.send("KILL", yarn.drivers().get(0));
    training.end().succeeded();
    submit(directory, Job.EVALUATE).end().succeeded();
    submit(directory, Job.PREDICT).end().succeeded();

    requireSame(directory);
  }

  private static JobProcess submit(String directory, Job job) {
    return yarn.inClusterMode(job.command, job.arguments(directory));
  }

  /** Whether the run has a whole checkpoint. */
  private static boolean committed(String directory) {
    try {
      FileSystem files = yarn.files();
      org.apache.hadoop.fs.Path checkpoints =
          new org.apache.hadoop.fs.Path(yarn.path(directory + "/run/checkpoints"));
      if (!files.exists(checkpoints)) {
        return false;
      }
      RemoteIterator<LocatedFileStatus> all = files.listFiles(checkpoints, true);
      while (all.hasNext()) {
        if (all.next().getPath().getName().equals("checkpoint.json")) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void requireSame(String directory) throws IOException {
    for (Job job : Job.values()) {
      String output = job == Job.TRAIN ? job.output + "/checkpoints" : job.output;
      DrilledCommands.requireSameFiles(
          local(directory + "/" + output), local("undisturbed/" + output));
    }
  }

  private static Path local(String path) throws IOException {
    Path copy = temporary.resolve("copies").resolve(path);
    if (!copy.toFile().exists()) {
      yarn.files()
          .copyToLocalFile(
              new org.apache.hadoop.fs.Path(yarn.path(path)),
              new org.apache.hadoop.fs.Path(copy.toUri()));
    }
    return copy;
  }
}
