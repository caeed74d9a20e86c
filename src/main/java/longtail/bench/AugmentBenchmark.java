package longtail.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.config.Ranges;
import longtail.dataset.Normalization;
import longtail.image.augment.ColorJitter;
import longtail.image.augment.HorizontalFlip;
import longtail.image.augment.Pipeline;
import longtail.image.augment.RandomResizedCrop;
import longtail.image.codec.ImageCodec;

/**
 * Measures how fast one thread decodes JPEG files and makes training images of 224 x 224 pixels of
 * them: random-resized crop, flip, colour jitter by 0.4 and normalisation.
 */
public final class AugmentBenchmark {
  private static final int WARM_UP_PASSES = 5;
  private static final int SIZE = 224;

  private final List<byte[]> files;
  private final Pipeline pipeline;
  private final float[] image = new float[3 * SIZE * SIZE];
  private final SplittableRandom random = RandomStreams.of(1);

  private AugmentBenchmark(List<byte[]> files) {
    this.files = files;
    pipeline =
        Pipeline.of(
            List.of(
                new RandomResizedCrop(SIZE, List.of(0.08, 1.0), List.of(3 / 4.0, 4 / 3.0)),
                new HorizontalFlip(0.5),
                new ColorJitter(0.4, 0.4, 0.4)),
            Normalization.imagenet(),
            SIZE,
            SIZE);
  }

  /**
   * What was measured: medians over the passes.
   *
   * @param images files
   * @param warmUpPasses passes before the measured ones
   * @param imagesPerSecond by the clock
   * @param cpuImagesPerSecond by the processor time of the thread
   * @param peakMegabytes the most physical memory that the process ever held, of 2^20 bytes
   */
  public record Result(
      int images,
      int warmUpPasses,
      double imagesPerSecond,
      double cpuImagesPerSecond,
      long peakMegabytes) {
    /** The result as one line of JSON with names in snake case. */
    public String json() {
      return Benchmark.json(this);
    }
  }

  /**
   * Measures on the calling thread.
   *
   * @param directory the {@code .jpg} files below it are read first, and then decoded in each pass
   * @param passes measured passes over the files
   * @throws LongTailException with code DATA if there are none, or one cannot be read
   * @throws IllegalArgumentException if there is no pass to measure
   */
  public static Result run(Path directory, int passes) {
    Ranges.atLeast("steps", 1, passes);
    try {
      AugmentBenchmark benchmark = new AugmentBenchmark(files(directory));
      for (int i = 0; i < WARM_UP_PASSES; i++) {
        benchmark.pass();
      }
      return benchmark.measured(passes);
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.DATA, "Cannot read the images in " + directory + ": " + e.getMessage(), e);
    }
  }

  private static List<byte[]> files(Path directory) throws IOException {
    List<byte[]> files = new ArrayList<>();
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.filter(p -> p.toString().endsWith(".jpg")).sorted().toList()) {
        files.add(Files.readAllBytes(path));
      }
    }
    if (files.isEmpty()) {
      throw new IOException("there is no .jpg file");
    }
    return files;
  }

  private Result measured(int passes) throws IOException {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    double[] wall = new double[passes];
    double[] cpu = new double[passes];
    for (int i = 0; i < passes; i++) {
      long wallStart = System.nanoTime();
      long cpuStart = threads.getCurrentThreadCpuTime();
      pass();
      cpu[i] = (threads.getCurrentThreadCpuTime() - cpuStart) / 1e9;
      wall[i] = (System.nanoTime() - wallStart) / 1e9;
    }
    return new Result(
        files.size(),
        WARM_UP_PASSES,
        Benchmark.rounded(files.size() / Benchmark.median(wall)),
        Benchmark.rounded(files.size() / Benchmark.median(cpu)),
        Benchmark.peakMegabytes());
  }

  private void pass() throws IOException {
    for (byte[] file : files) {
      pipeline.apply(ImageCodec.open(file), random, image, 0);
    }
  }
}
