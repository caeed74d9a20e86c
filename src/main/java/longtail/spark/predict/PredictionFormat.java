package longtail.spark.predict;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How predictions are written. */
public enum PredictionFormat {
  /** A directory of Parquet files, which Spark and others read as one table. */
  PARQUET,
  /** One file of comma-separated values with a heading (RFC 4180). */
  CSV,
  /** One file with a JSON object in each line. */
  JSONL;

  /** Extension of the files. */
  String extension() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Name of the file or directory in the output directory. */
  String file() {
    return "predictions." + extension();
  }

  /** The columns of predictions of {@code top} classes. */
  static List<String> columns(int top) {
    List<String> columns =
        new ArrayList<>(List.of("path", "class", "probability", "margin", "rejected", "error"));
    for (int k = 2; k <= top; k++) {
      columns.add("class_" + k);
      columns.add("probability_" + k);
    }
    return columns;
  }
}
