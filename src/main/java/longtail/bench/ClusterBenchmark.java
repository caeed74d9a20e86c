package longtail.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import longtail.report.ConsoleTable;
import longtail.shard.ShardedDataset;
import longtail.spark.round.TimedSegments;
import longtail.train.experiment.Averaging;
import longtail.train.experiment.Experiment;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Measures how fast workers train through Spark, images, averaging and driver included, and how
 * much of what as many workers reach side by side in one process on a resident batch, by turns.
 */
public final class ClusterBenchmark {
  private static final int CLASSES = 20;
  private static final int IMAGES_PER_CLASS = 100;
  private static final double MILLIS = 1e6;

  private final JavaSparkContext spark;
  private final Options options;
  private final PrintStream progress;

  private ClusterBenchmark(JavaSparkContext spark, Options options, PrintStream progress) {
    this.spark = spark;
    this.options = options;
    this.progress = progress;
  }

  /**
   * What to measure.
   *
   * @param backbone as an experiment file names it
   * @param alone how the workers are measured without Spark, the same network and the same images
   *     of a worker's step
   * @param settings what to measure one after the other
   * @param steps of one measurement, at least
   * @param repeats measurements of each setting
   * @param directory for the random images, which are removed in the end; all executors must see it
   */
  public record Options(
      String backbone,
      Benchmark.Options alone,
      List<Setting> settings,
      int steps,
      int repeats,
      String directory) {
    /** Checks that there is something to measure. */
    public Options {
      settings = List.copyOf(settings);
      if (settings.isEmpty() || steps < 1 || repeats < 1) {
        throw new IllegalArgumentException(
            "settings, steps and repeats must be at least 1, were %d, %d and %d"
                .formatted(settings.size(), steps, repeats));
      }
    }
  }

  /** How the workers average. */
  public record Setting(int every, Averaging.Scope scope) {}

  /**
   * What a setting reached, medians over the repeats.
   *
   * @param workers of the run
   * @param every steps between two averagings
   * @param scope what is averaged
   * @param batch images of a step, over all workers
   * @param imagesPerSecond of all workers through Spark
   * @param aloneImagesPerSecond of all workers without it, measured by turns
   * @param efficiency the median of their ratios
   * @param computeMilliseconds of a step, a mean over the workers, like the next ones
   * @param imagesMilliseconds waiting for images, of a step
   * @param othersMilliseconds waiting for other workers, of a step
   * @param sendingMilliseconds adding up and sending, of an averaging
   * @param driverMilliseconds of a step, outside the segments
   * @param sentBytes from each process to others, of an averaging
   */
  public record Figures(
      int workers,
      int every,
      String scope,
      int batch,
      double imagesPerSecond,
      double aloneImagesPerSecond,
      double efficiency,
      double computeMilliseconds,
      double imagesMilliseconds,
      double othersMilliseconds,
      double sendingMilliseconds,
      double driverMilliseconds,
      long sentBytes) {
    /** All of it as one line of JSON with names in snake case. */
    public String json() {
      return Benchmark.json(this);
    }
  }

  /** A table with a row for each of {@code all}. */
  public static String table(List<Figures> all) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "workers",
            "every",
            "scope",
            "images/s",
            "alone",
            "efficiency",
            "compute ms",
            "images ms",
            "others ms",
            "sending ms",
            "driver ms",
            "sent bytes"));
    for (Figures figures : all) {
      rows.add(
          List.of(
              String.valueOf(figures.workers),
              String.valueOf(figures.every),
              figures.scope,
              number("%.0f", figures.imagesPerSecond),
              number("%.0f", figures.aloneImagesPerSecond),
              number("%.3f", figures.efficiency),
              number("%.1f", figures.computeMilliseconds),
              number("%.2f", figures.imagesMilliseconds),
              number("%.2f", figures.othersMilliseconds),
              number("%.2f", figures.sendingMilliseconds),
              number("%.2f", figures.driverMilliseconds),
              number("%,d", figures.sentBytes)));
    }
    return ConsoleTable.render(rows);
  }

  private static String number(String format, Object value) {
    return String.format(Locale.ROOT, format, value);
  }

  /** Measures all settings; {@code progress} is told when an executor is lost. */
  public static List<Figures> run(JavaSparkContext spark, Options options, PrintStream progress) {
    return new ClusterBenchmark(spark, options, progress).run();
  }

  private List<Figures> run() {
    Configuration conf = spark.hadoopConfiguration();
    String data = options.directory() + "/" + UUID.randomUUID();
    int[] labels = new int[CLASSES * IMAGES_PER_CLASS];
    Arrays.setAll(labels, i -> i % CLASSES);
    int size = options.alone().size();
    ShardedDataset dataset = new RandomImages(CLASSES, size).publish(data, labels, conf);
    try {
      List<List<Measured>> measured = new ArrayList<>();
      options.settings().forEach(setting -> measured.add(new ArrayList<>()));
      for (int repeat = 0; repeat < options.repeats(); repeat++) {
        for (int i = 0; i < measured.size(); i++) {
          double alone = Benchmark.run(options.alone()).imagesPerSecond();
          TimedSegments timed =
              TimedSegments.run(
                  spark,
                  experiment(options.settings().get(i)),
                  data,
                  dataset,
                  options.alone().workers(),
                  options.steps(),
                  progress);
          measured.get(i).add(new Measured(timed, alone));
        }
      }
      List<Figures> figures = new ArrayList<>();
      for (int i = 0; i < measured.size(); i++) {
        figures.add(figures(options.settings().get(i), measured.get(i)));
      }
      return figures;
    } finally {
      RandomImages.remove(data, conf);
    }
  }

  /** One measurement, and what as many workers reached without Spark right before. */
  private record Measured(TimedSegments spark, double alone) {
    double imagesPerSecond() {
      return spark.counters().examples() / spark.seconds();
    }

    /** Milliseconds of a step, of the nanoseconds of all workers. */
    double ofStep(long nanos, int workers) {
      return nanos / MILLIS / workers / spark.steps();
    }
  }

  private Experiment experiment(Setting setting) {
    String yaml =
        """
        name: benchmark
        data: {transforms: [{type: pad-crop, padding: 4}, horizontal-flip]}
        model: {backbone: %s, head: linear, precision: %s, recompute: %s}
        stages:
          - epochs: 100000
            batch-size: %d
            optimizer: {type: sgd, lr: 0.001, momentum: 0.9, nesterov: true, weight-decay: 5.0e-4}
            schedule: constant
        averaging: {every: %d, scope: %s, segment: 10}
        evaluation: {every-epochs: 100000}
        checkpoints: {every-epochs: 100000}
        """
            .formatted(
                options.backbone(),
                options.alone().precision().name().toLowerCase(Locale.ROOT),
                options.alone().recompute().name().toLowerCase(Locale.ROOT),
                options.alone().batch() * options.alone().workers(),
                setting.every(),
                setting.scope().name().toLowerCase(Locale.ROOT));
    return Experiment.parse(yaml, "the benchmark of a cluster", List.of());
  }

  private Figures figures(Setting setting, List<Measured> all) {
    int workers = options.alone().workers();
    return new Figures(
        workers,
        setting.every(),
        setting.scope().name().toLowerCase(Locale.ROOT),
        options.alone().batch() * workers,
        median(all, Measured::imagesPerSecond),
        median(all, Measured::alone),
        median(all, m -> m.imagesPerSecond() / m.alone()),
        median(all, m -> m.ofStep(m.spark().counters().computeNanos(), workers)),
        median(all, m -> m.ofStep(m.spark().counters().waitNanos(), workers)),
        median(all, m -> m.ofStep(m.spark().counters().others().waitingNanos(), workers)),
        median(
            all,
            m ->
                m.spark().counters().others().sendingNanos()
                    / MILLIS
                    / workers
                    / m.spark().rounds()),
        median(all, m -> 1000 * m.spark().driverSeconds() / m.spark().steps()),
        (long)
            median(
                all, m -> (double) m.spark().counters().others().sentBytes() / m.spark().rounds()));
  }

  private interface Figure {
    double of(Measured measured);
  }

  private static double median(List<Measured> all, Figure figure) {
    double[] sorted = all.stream().mapToDouble(figure::of).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
