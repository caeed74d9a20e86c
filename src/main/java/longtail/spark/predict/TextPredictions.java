package longtail.spark.predict;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import longtail.report.Csv;
import longtail.storage.CommittedFile;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Predictions as lines of text in UTF-8. */
final class TextPredictions implements PredictionWriter {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final CommittedFile file;
  private final Writer out;
  private final List<String> columns;
  private final List<String> classNames;
  private final Line line;

  /** A row as text. */
  private interface Line {
    String of(List<String> columns, List<Object> cells) throws IOException;
  }

  private TextPredictions(CommittedFile file, List<String> classNames, int top, Line line) {
    this.file = file;
    out = new BufferedWriter(new OutputStreamWriter(file.stream(), StandardCharsets.UTF_8));
    this.classNames = classNames;
    this.line = line;
    columns = PredictionFormat.columns(top);
  }

  /** Comma-separated values; what is not known is an empty cell. */
  static TextPredictions csv(Path file, List<String> classNames, int top, Configuration conf)
      throws IOException {
    return new TextPredictions(
        CommittedFile.begin(file, conf), classNames, top, (columns, cells) -> csv(cells));
  }

  /** JSON objects; what is not known is null. */
  static TextPredictions jsonLines(Path file, List<String> classNames, int top, Configuration conf)
      throws IOException {
    return new TextPredictions(
        CommittedFile.begin(file, conf), classNames, top, TextPredictions::json);
  }

  /** The first line of a file of comma-separated values. */
  static String heading(int top) {
    return String.join(",", PredictionFormat.columns(top)) + "\n";
  }

  @Override
  public void add(Prediction prediction) throws IOException {
    out.write(line.of(columns, cells(prediction)));
    out.write('\n');
  }

  private List<Object> cells(Prediction prediction) {
    List<Object> cells = new ArrayList<>(columns.size());
    boolean readable = prediction.readable();
    cells.add(prediction.path());
    cells.add(readable ? classNames.get(prediction.classes()[0]) : null);
    cells.add(readable ? prediction.probabilities()[0] : null);
    cells.add(readable ? prediction.margin() : null);
    cells.add(readable ? prediction.rejected() : null);
    cells.add(readable ? null : prediction.error());
    for (int k = 1; cells.size() < columns.size(); k++) {
      boolean known = k < prediction.classes().length;
      cells.add(known ? classNames.get(prediction.classes()[k]) : null);
      cells.add(known ? prediction.probabilities()[k] : null);
    }
    return cells;
  }

  private static String csv(List<Object> cells) {
    return cells.stream()
        .map(cell -> cell == null ? "" : Csv.quoted(cell.toString()))
        .collect(Collectors.joining(","));
  }

  private static String json(List<String> columns, List<Object> cells)
      throws JsonProcessingException {
    Map<String, Object> object = new LinkedHashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      object.put(columns.get(i), cells.get(i));
    }
    return JSON.writeValueAsString(object);
  }

  @Override
  public void finish() throws IOException {
    out.flush();
    file.commit();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
