package longtail.spark.prepare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.Annotation;
import longtail.dataset.ImageCollection;
import longtail.dataset.format.TableImages;
import longtail.dataset.format.TablePlace;
import longtail.shard.DatasetPublisher;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.Partitioner;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.TaskCompletionListener;
import scala.Tuple2;

/**
 * Shards of images that lie in tables. Every row group is read once, by one task; the prepared
 * images go to the tasks that write their shards by Spark's shuffle, sorted by their places.
 *
 * <p>The place of an image is a number whose upper half is the rank of its shard among those to be
 * written, and whose lower half is its position in the shard.
 */
final class TablePreparation {
  private final ImageCollection collection;
  private final SamplePreparation preparation;
  private final DatasetPublisher publisher;

  TablePreparation(
      ImageCollection collection, SamplePreparation preparation, DatasetPublisher publisher) {
    this.collection = collection;
    this.preparation = preparation;
    this.publisher = publisher;
  }

  /** The shards of {@code assignments}, written when the result is asked for. */
  JavaRDD<ShardOutcome> shards(JavaSparkContext spark, List<ShardAssignment> assignments) {
    Configuration conf = spark.hadoopConfiguration();
    List<TableAssignment> parts = parts(assignments, TableImages.parts(collection, conf));
    List<Integer> numbers = assignments.stream().map(ShardAssignment::shard).toList();
    SerializableConfiguration hadoop = new SerializableConfiguration(conf);
    // locals, so that tasks carry these and not this object
    ImageCollection images = collection;
    SamplePreparation prepare = preparation;
    DatasetPublisher target = publisher;
    JavaPairRDD<Long, PreparedSample> prepared =
        spark
            .parallelize(parts, parts.size())
            .flatMapToPair(part -> prepared(images, part, prepare, hadoop.value()));
    return prepared
        .repartitionAndSortWithinPartitions(new ByShard(numbers.size()))
        .mapPartitionsWithIndex(
            (rank, samples) -> write(target, numbers.get(rank), samples, hadoop.value()), true);
  }

  private static List<TableAssignment> parts(
      List<ShardAssignment> assignments, List<TableImages.Part> parts) {
    Map<String, NavigableMap<Long, List<Row>>> wanted = new HashMap<>();
    for (TableImages.Part part : parts) {
      wanted
          .computeIfAbsent(part.file(), file -> new TreeMap<>())
          .put(part.first(), new ArrayList<>());
    }
    for (int rank = 0; rank < assignments.size(); rank++) {
      Annotation[] images = assignments.get(rank).images();
      for (int i = 0; i < images.length; i++) {
        TablePlace place = TablePlace.of(images[i].path());
        wanted
            .get(place.file())
            .floorEntry(place.row())
            .getValue()
            .add(new Row(place.row(), ((long) rank << 32) + i, images[i]));
      }
    }
    return parts.stream()
        .map(part -> assignment(part, wanted.get(part.file()).get(part.first())))
        .filter(part -> part.rows().length > 0)
        .toList();
  }

  private record Row(long row, long place, Annotation image) {}

  private static TableAssignment assignment(TableImages.Part part, List<Row> rows) {
    rows.sort(Comparator.comparingLong(Row::row));
    return new TableAssignment(
        part,
        rows.stream().mapToLong(Row::row).toArray(),
        rows.stream().mapToLong(Row::place).toArray(),
        rows.stream().map(Row::image).toArray(Annotation[]::new));
  }

  private static Iterator<Tuple2<Long, PreparedSample>> prepared(
      ImageCollection collection,
      TableAssignment assignment,
      SamplePreparation preparation,
      Configuration conf)
      throws IOException {
    TableImages images =
        StorageRetries.USUAL.call(() -> TableImages.open(collection, assignment.part(), conf));
    TaskContext.get()
        .addTaskCompletionListener(
            (TaskCompletionListener)
                finished -> {
                  try {
                    images.close();
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                });
    return IntStream.range(0, assignment.rows().length)
        .mapToObj(
            i ->
                new Tuple2<>(
                    assignment.places()[i],
                    preparation.prepare(assignment.images()[i], row(images, assignment, i)::read)))
        .iterator();
  }

  private static TableImages.Row row(TableImages images, TableAssignment assignment, int i) {
    try {
      TableImages.Row row = images.next();
      while (row.number() < assignment.rows()[i]) {
        row = images.next();
      }
      return row;
    } catch (UncheckedIOException damaged) {
      throw new LongTailException(
          ErrorCode.DATA,
          "Reading %s, row %d: %s"
              .formatted(
                  assignment.part().file(), assignment.rows()[i], damaged.getCause().getMessage()),
          damaged);
    }
  }

  private static Iterator<ShardOutcome> write(
      DatasetPublisher publisher,
      int shard,
      Iterator<Tuple2<Long, PreparedSample>> samples,
      Configuration conf)
      throws IOException {
    try (ShardFilling filling = ShardFilling.begin(publisher, shard, conf)) {
      while (samples.hasNext()) {
        filling.add(samples.next()._2());
      }
      return List.of(filling.finish()).iterator();
    }
  }

  /** The task of a shard is its rank. */
  private static final class ByShard extends Partitioner {
    private static final long serialVersionUID = 1L;

    private final int shards;

    ByShard(int shards) {
      this.shards = shards;
    }

    @Override
    public int numPartitions() {
      return shards;
    }

    @Override
    public int getPartition(Object place) {
      return (int) ((Long) place >> 32);
    }
  }
}
