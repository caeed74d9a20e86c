package longtail.spark.predict;

import java.io.IOException;
import java.util.List;
import longtail.storage.ParquetPart;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** Predictions as a Parquet file; what is not known is null. */
final class ParquetPredictions implements PredictionWriter {
  private final List<String> classNames;
  private final ParquetPart table;

  private ParquetPredictions(List<String> classNames, ParquetPart table) {
    this.classNames = classNames;
    this.table = table;
  }

  static ParquetPredictions create(Path file, List<String> classNames, int top, Configuration conf)
      throws IOException {
    return new ParquetPredictions(
        classNames, ParquetPart.begin(file, schema(top), CompressionCodecName.GZIP, conf));
  }

  private static MessageType schema(int top) {
    StringBuilder schema =
        new StringBuilder("message predictions { required binary path (STRING);");
    for (String column : PredictionFormat.columns(top).subList(1, 4 + 2 * top)) {
      String type =
          switch (column.replaceAll("_\\d+$", "")) {
            case "probability", "margin" -> "double %s;";
            case "rejected" -> "boolean %s;";
            default -> "binary %s (STRING);";
          };
      schema.append(" optional ").append(type.formatted(column));
    }
    return MessageTypeParser.parseMessageType(schema.append(" }").toString());
  }

  @Override
  public void add(Prediction prediction) throws IOException {
    Group row = table.row().append("path", prediction.path());
    if (prediction.readable()) {
      row.append("margin", prediction.margin()).append("rejected", prediction.rejected());
    } else {
      row.append("error", prediction.error());
    }
    for (int k = 0; k < prediction.classes().length; k++) {
      String suffix = k == 0 ? "" : "_" + (k + 1);
      row.append("class" + suffix, classNames.get(prediction.classes()[k]))
          .append("probability" + suffix, prediction.probabilities()[k]);
    }
    table.write(row);
  }

  @Override
  public void finish() throws IOException {
    table.finish();
  }

  @Override
  public void close() throws IOException {
    table.close();
  }
}
