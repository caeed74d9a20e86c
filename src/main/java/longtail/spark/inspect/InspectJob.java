package longtail.spark.inspect;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.ToIntFunction;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.Beginnings;
import longtail.dataset.ClassCounts;
import longtail.dataset.Inspection;
import longtail.dataset.Inspection.Sides;
import longtail.dataset.Inspection.Split;
import longtail.dataset.Inspection.Unreadable;
import longtail.spark.job.JobFailures;
import longtail.spark.job.JobMonitor;
import longtail.spark.job.Progress;
import longtail.spark.job.TaskCounts;
import longtail.spark.prepare.PrepareSource;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Looks at every image of a collection and says what it is: classes and their tail, sizes, images
 * that cannot be read, duplicates within and across its splits, and where to begin.
 *
 * <p>Tasks decode the images; of each image some 200 bytes and its path come to the driver.
 */
public final class InspectJob {
  private final JavaSparkContext spark;
  private final PrintStream progress;

  private InspectJob(JavaSparkContext spark, PrintStream progress) {
    this.spark = spark;
    this.progress = progress;
  }

  /**
   * Inspects prepared datasets, each one a split.
   *
   * @param directories the datasets, the training set first
   * @throws LongTailException (DATA) if one of them cannot be opened
   */
  public static Inspection ofDatasets(
      JavaSparkContext spark, List<String> directories, PrintStream progress) {
    return new InspectJob(spark, progress)
        .inspect(
            String.join(", ", directories),
            directories.stream()
                .map(directory -> InspectedSet.prepared(directory, spark.hadoopConfiguration()))
                .toList());
  }

  /**
   * Inspects images that are not prepared.
   *
   * @param sources the splits, that of training first
   * @throws LongTailException (DATA) if annotations are damaged
   */
  public static Inspection ofSources(
      JavaSparkContext spark, List<PrepareSource> sources, PrintStream progress) {
    return new InspectJob(spark, progress)
        .inspect(
            sources.get(0).origin(),
            sources.stream()
                .map(source -> InspectedSet.of(source, spark.hadoopConfiguration()))
                .toList());
  }

  private Inspection inspect(String origin, List<InspectedSet> sets) {
    List<InspectedSet.Part> parts = sets.stream().flatMap(set -> set.parts().stream()).toList();
    if (parts.isEmpty()) {
      throw new LongTailException(
          ErrorCode.DATA, "inspecting %s: there is no image".formatted(origin));
    }
    List<ImageFacts> facts = facts(origin, parts);
    List<Split> splits = new ArrayList<>();
    List<DuplicateSearch.Entry> entries = new ArrayList<>(facts.size());
    int first = 0;
    for (int s = 0; s < sets.size(); s++) {
      InspectedSet set = sets.get(s);
      List<ImageFacts> of = facts.subList(first, first + set.paths().size());
      splits.add(split(set, of));
      for (int i = 0; i < of.size(); i++) {
        entries.add(new DuplicateSearch.Entry(s, set.labels().get(i), of.get(i)));
      }
      first += of.size();
    }
    DuplicateSearch duplicates = new DuplicateSearch(entries, i -> name(sets, i));
    return new Inspection(
        origin,
        sets.get(0).shots(),
        splits,
        duplicates.copies(),
        duplicates.lookAlikes(),
        Beginnings.of(splits.get(0)));
  }

  private List<ImageFacts> facts(String origin, List<InspectedSet.Part> parts) {
    int images = parts.stream().mapToInt(InspectedSet.Part::size).sum();
    LongAccumulator seen = spark.sc().longAccumulator("images");
    TaskCounts seenSoFar = new TaskCounts(seen);
    SerializableConfiguration conf = new SerializableConfiguration(spark.hadoopConfiguration());
    spark.sc().addSparkListener(seenSoFar);
    spark.sc().setJobDescription("inspect %s: %d images".formatted(origin, images));
    long start = System.nanoTime();
    Progress shown = Progress.on(progress);
    try {
      JavaFutureAction<List<List<ImageFacts>>> job =
          spark
              .parallelize(parts, parts.size())
              .map(part -> part.facts(conf.value(), () -> seen.add(1)))
              .collectAsync();
      return JobMonitor.await(
              job,
              () ->
                  shown.show(
                      () -> "inspect: " + JobMonitor.progress(seenSoFar.sum(), images, start)))
          .stream()
          .flatMap(List::stream)
          .toList();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new LongTailException(
          ErrorCode.DATA, "inspecting %s was interrupted".formatted(origin), stopped);
    } catch (ExecutionException failed) {
      throw JobFailures.reason(failed.getCause());
    } finally {
      spark.sc().setJobDescription(null);
      spark.sc().removeSparkListener(seenSoFar);
    }
  }

  private static Split split(InspectedSet set, List<ImageFacts> facts) {
    List<Unreadable> unreadable = new ArrayList<>();
    int unreadableImages = 0;
    for (int i = 0; i < facts.size(); i++) {
      if (!facts.get(i).readable()) {
        unreadableImages++;
        if (unreadable.size() < Split.MOST_NAMED) {
          unreadable.add(new Unreadable(set.paths().get(i), facts.get(i).reason()));
        }
      }
    }
    int[] labels = set.labels().stream().mapToInt(Integer::intValue).toArray();
    return new Split(
        set.name(),
        set.classNames(),
        Arrays.stream(ClassCounts.ofLabels(labels, set.classNames().size()).toArray())
            .boxed()
            .toList(),
        facts.stream().mapToLong(ImageFacts::bytes).sum(),
        sides(facts, image -> Math.min(image.height(), image.width())),
        sides(facts, image -> Math.max(image.height(), image.width())),
        unreadable,
        unreadableImages,
        set.notes());
  }

  private static Sides sides(List<ImageFacts> facts, ToIntFunction<ImageFacts> side) {
    int[] sorted = facts.stream().filter(ImageFacts::readable).mapToInt(side).sorted().toArray();
    return sorted.length == 0
        ? new Sides(0, 0, 0)
        : new Sides(sorted[0], sorted[sorted.length / 2], sorted[sorted.length - 1]);
  }

  /** Of image {@code i} over all splits. */
  private static String name(List<InspectedSet> sets, int i) {
    int within = i;
    for (InspectedSet set : sets) {
      if (within < set.paths().size()) {
        return "%s/%s/%s"
            .formatted(
                set.name(),
                set.classNames().get(set.labels().get(within)),
                set.paths().get(within));
      }
      within -= set.paths().size();
    }
    throw new IndexOutOfBoundsException(i);
  }
}
