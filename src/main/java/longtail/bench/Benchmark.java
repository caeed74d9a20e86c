package longtail.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import longtail.Versions;
import longtail.config.Ranges;
import longtail.method.metasaug.CovarianceLearning;
import longtail.nn.Recomputation;
import longtail.nn.backbone.Backbone;
import longtail.nn.kernel.Profile;
import longtail.train.experiment.Model;

/**
 * Measures how fast networks train or infer on this machine, over resident batches of random
 * images.
 */
public final class Benchmark {
  private static final int WARM_UP_STEPS = 3;

  private Benchmark() {}

  /** What is measured. */
  public enum Work {
    /** Whole training steps. */
    TRAIN,
    /** Forward passes for evaluation. */
    INFERENCE,
    /** Meta iterations of MetaSAug, by turns with whole training steps. */
    METASAUG
  }

  /**
   * What to measure.
   *
   * @param backbone the network, with a linear head of 100 classes
   * @param size image height and width in pixels
   * @param batch images per step and worker
   * @param precision type of the numbers
   * @param recompute which feature maps a training step computes again
   * @param threads OpenMP threads of each network
   * @param workers networks that train side by side, a thread each; several of them average their
   *     parameters after every round of {@code steps} steps
   * @param work training, inference or meta iterations, these by one worker
   * @param steps measured steps, at least 1
   * @param gradient how meta iterations find the gradient of the covariances
   */
  public record Options(
      Backbone backbone,
      int size,
      int batch,
      Model.Precision precision,
      Recomputation recompute,
      int threads,
      int workers,
      Work work,
      int steps,
      CovarianceLearning.Gradient gradient) {
    /** Checks that the counts are positive. */
    public Options {
      Ranges.atLeast("size", 1, size);
      Ranges.atLeast("batch", 1, batch);
      Ranges.atLeast("threads", 1, threads);
      Ranges.atLeast("workers", 1, workers);
      Ranges.atLeast("steps", 1, steps);
      if (work == Work.METASAUG && workers > 1) {
        throw new IllegalArgumentException("mode metasaug takes one worker, had " + workers);
      }
    }
  }

  /**
   * What was measured: medians over the steps of one worker, means over a round of several.
   *
   * @param backbone the network
   * @param mode what the steps do
   * @param gradient how meta iterations find the gradient of the covariances; empty for other modes
   * @param precision type of the numbers
   * @param recompute which feature maps a training step computes again
   * @param size image height and width in pixels
   * @param batch images per step and worker
   * @param threads OpenMP threads of each worker
   * @param workers networks side by side
   * @param kernels which kernels computed
   * @param parameters learnt numbers
   * @param imagesPerSecond by the clock
   * @param cpuImagesPerSecond by the processor time of all threads: what a busy machine leaves
   *     unchanged
   * @param millisecondsPerStep by the clock
   * @param peakMegabytes the most physical memory that the process ever held, of 2^20 bytes; 0
   *     where the system does not tell
   * @param toTrainingStep processor time of a meta iteration over that of a training step; 0 where
   *     not both were measured
   * @param versions of what took part
   */
  public record Result(
      String backbone,
      String mode,
      String gradient,
      String precision,
      String recompute,
      int size,
      int batch,
      int threads,
      int workers,
      String kernels,
      long parameters,
      double imagesPerSecond,
      double cpuImagesPerSecond,
      double millisecondsPerStep,
      long peakMegabytes,
      double toTrainingStep,
      Map<String, String> versions) {
    /** The result as one line of JSON with names in snake case. */
    public String json() {
      return Benchmark.json(this);
    }
  }

  /**
   * Time of one step.
   *
   * @param wall seconds by the clock
   * @param cpu seconds of processor time, of all threads together
   */
  record Seconds(double wall, double cpu) {}

  /** Measures on the calling thread, or on a thread per worker. */
  public static Result run(Options options) {
    if (options.workers() > 1) {
      try (BenchmarkWorkers workers = new BenchmarkWorkers(options)) {
        workers.round(WARM_UP_STEPS);
        return result(options, workers.first(), workers.round(options.steps()), 0);
      }
    }
    try (BenchmarkNetwork network = new BenchmarkNetwork(options)) {
      return switch (options.work()) {
        case TRAIN, INFERENCE -> result(options, network, byTurns(options, network::step)[0], 0);
        case METASAUG -> {
          try (BenchmarkMetasaug metasaug = new BenchmarkMetasaug(options)) {
            Seconds[] both = byTurns(options, metasaug::step, network::step);
            yield result(options, network, both[0], both[0].cpu() / both[1].cpu());
          }
        }
      };
    }
  }

  /** Times the parts of the step on the calling thread, by its processor time if it is alone. */
  public static BenchmarkProfile profile(Options options) {
    LongSupplier clock = options.threads() == 1 ? cpuClock(options) : System::nanoTime;
    Profile profile = new Profile(clock);
    if (options.work() == Work.METASAUG) {
      try (BenchmarkMetasaug metasaug = BenchmarkMetasaug.profiled(options, profile)) {
        return profile(options, profile, metasaug::step);
      }
    }
    try (BenchmarkNetwork network = new BenchmarkNetwork(options)) {
      network.profile(profile);
      return profile(options, profile, () -> network.step(profile));
    }
  }

  private static BenchmarkProfile profile(Options options, Profile profile, Runnable step) {
    for (int i = 0; i < WARM_UP_STEPS; i++) {
      step.run();
    }
    profile.clear();
    long start = profile.now();
    for (int i = 0; i < options.steps(); i++) {
      step.run();
    }
    return BenchmarkProfile.of(profile, profile.now() - start, options.steps());
  }

  /** Median times of several kinds of steps, one of each after the other. */
  private static Seconds[] byTurns(Options options, Runnable... kinds) {
    LongSupplier cpuClock = cpuClock(options);
    double[][] wall = new double[kinds.length][options.steps()];
    double[][] cpu = new double[kinds.length][options.steps()];
    for (int i = -WARM_UP_STEPS; i < options.steps(); i++) {
      for (int k = 0; k < kinds.length; k++) {
        long wallStart = System.nanoTime();
        long cpuStart = cpuClock.getAsLong();
        kinds[k].run();
        if (i >= 0) {
          cpu[k][i] = (cpuClock.getAsLong() - cpuStart) / 1e9;
          wall[k][i] = (System.nanoTime() - wallStart) / 1e9;
        }
      }
    }
    return IntStream.range(0, kinds.length)
        .mapToObj(k -> new Seconds(median(wall[k]), median(cpu[k])))
        .toArray(Seconds[]::new);
  }

  private static Result result(
      Options options, BenchmarkNetwork network, Seconds step, double toTrainingStep) {
    int images = options.batch() * options.workers();
    return new Result(
        options.backbone().getClass().getSimpleName().toLowerCase(Locale.ROOT),
        options.work().name().toLowerCase(Locale.ROOT),
        options.work() == Work.METASAUG
            ? options.gradient().name().toLowerCase(Locale.ROOT).replace('_', '-')
            : "",
        options.precision().name().toLowerCase(Locale.ROOT),
        options.recompute().name().toLowerCase(Locale.ROOT),
        options.size(),
        options.batch(),
        options.threads(),
        options.workers(),
        network.kernels(),
        network.parameters(),
        rounded(images / step.wall()),
        rounded(images / step.cpu()),
        rounded(1e3 * step.wall()),
        peakMegabytes(),
        Math.round(toTrainingStep * 1000) / 1000.0,
        Versions.all());
  }

  /** Processor time of the calling thread, or of the process where the network has more. */
  private static LongSupplier cpuClock(Options options) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return options.threads() == 1 ? threads::getCurrentThreadCpuTime : Benchmark::processNanos;
  }

  /** A result as one line of JSON with names in snake case. */
  static String json(Record result) {
    ObjectMapper mapper =
        new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
    try {
      return mapper.writeValueAsString(result);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Processor time of all threads of the process, in nanoseconds. */
  static long processNanos() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }

  /**
   * The most physical memory that this process ever held, of 2^20 bytes; 0 where the system does
   * not tell.
   */
  public static long peakMegabytes() {
    Path status = Path.of("/proc/self/status");
    if (!Files.isReadable(status)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + status, e);
    }
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }

  static double rounded(double value) {
    return Math.round(value * 10) / 10.0;
  }
}
