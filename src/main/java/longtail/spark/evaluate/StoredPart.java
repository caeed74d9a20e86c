package longtail.spark.evaluate;

import java.io.Closeable;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import longtail.shard.NetworkOutput;
import longtail.shard.OutputTable;
import longtail.shard.OutputWriter;
import longtail.shard.Samples;
import org.apache.hadoop.conf.Configuration;

/** A task's part of the tables of an {@link OutputStore}. */
final class StoredPart implements Closeable {
  private final Map<NetworkOutput, OutputWriter> writers = new EnumMap<>(NetworkOutput.class);

  private StoredPart() {}

  /** Removes what an earlier evaluation left in {@code store}. */
  static void clear(OutputStore store, Configuration conf) throws IOException {
    if (!store.outputs().isEmpty()) {
      StoredOutputs.clear(store.directory(), conf);
    }
    for (NetworkOutput output : store.outputs()) {
      new OutputTable(output, store.directory(), conf).clear();
    }
  }

  /** Removes what tasks that were killed have left; every part is complete by now. */
  static void removeAbandoned(OutputStore store, Configuration conf) throws IOException {
    for (NetworkOutput output : store.outputs()) {
      new OutputTable(output, store.directory(), conf).removeAbandoned();
    }
  }

  /** Part {@code part} of {@code store}. */
  static StoredPart open(OutputStore store, int part, Configuration conf) {
    StoredPart stored = new StoredPart();
    for (NetworkOutput output : store.outputs()) {
      stored.writers.put(output, OutputWriter.open(output, store.directory(), part, conf));
    }
    return stored;
  }

  /**
   * Adds the images at {@code rows}; {@code outputs} has a row of each.
   *
   * @param label of a row
   */
  void add(
      Samples samples, int[] rows, IntUnaryOperator label, Map<NetworkOutput, float[][]> outputs)
      throws IOException {
    for (Map.Entry<NetworkOutput, OutputWriter> writer : writers.entrySet()) {
      float[][] numbers = outputs.get(writer.getKey());
      for (int i = 0; i < rows.length; i++) {
        int row = rows[i];
        writer
            .getValue()
            .add(samples.shard(row), samples.imageId(row), label.applyAsInt(row), numbers[i]);
      }
    }
  }

  /** Completes the part. */
  void finish() throws IOException {
    for (OutputWriter writer : writers.values()) {
      writer.finish();
    }
  }

  /** Gives up what is not complete. */
  @Override
  public void close() throws IOException {
    for (OutputWriter writer : writers.values()) {
      writer.close();
    }
  }
}
