package longtail.spark.predict;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Writes predictions to a file, row by row. */
interface PredictionWriter extends Closeable {
  /** Adds an image. */
  void add(Prediction prediction) throws IOException;

  /** Puts the complete file in its place. */
  void finish() throws IOException;

  /** Gives the file up unless it is finished. */
  @Override
  void close() throws IOException;

  /**
   * Begins {@code file}; text has no heading yet.
   *
   * @param classNames name of each class
   * @param top how many classes a row has
   */
  static PredictionWriter create(
      PredictionFormat format, Path file, List<String> classNames, int top, Configuration conf)
      throws IOException {
    return switch (format) {
      case PARQUET -> ParquetPredictions.create(file, classNames, top, conf);
      case CSV -> TextPredictions.csv(file, classNames, top, conf);
      case JSONL -> TextPredictions.jsonLines(file, classNames, top, conf);
    };
  }
}
