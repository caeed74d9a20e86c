package longtail.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import longtail.dataset.Shots;
import longtail.eval.ConfusionMatrix;
import longtail.eval.ConfusionMatrix.Cell;

/**
 * What an evaluation took for what, by the numbers of the classes: as files, and as parts of a
 * page. All of them hold the cells that are not 0 alone, so thousands of classes need little room.
 *
 * @param matrix the counts
 */
record Confusions(ConfusionMatrix matrix) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LISTED = 1000;

  /** One line per cell, by true class, then by predicted class; the share is of the true class. */
  String csv(List<String> names) {
    StringBuilder csv = new StringBuilder("true,true_name,predicted,predicted_name,count,share\n");
    for (Cell cell : matrix.cells()) {
      csv.append(cell.label())
          .append(',')
          .append(Csv.quoted(names.get(cell.label())))
          .append(',')
          .append(cell.predicted())
          .append(',')
          .append(Csv.quoted(names.get(cell.predicted())))
          .append(',')
          .append(cell.count())
          .append(',')
          .append(share(cell))
          .append('\n');
    }
    return csv.toString();
  }

  /**
   * An object with the names of the {@code classes} and {@code cells} of true, predicted, count.
   */
  String json(List<String> names) {
    Map<String, Object> file = new LinkedHashMap<>();
    file.put("classes", names);
    file.put(
        "cells",
        matrix.cells().stream()
            .map(cell -> List.of(cell.label(), cell.predicted(), cell.count()))
            .toList());
    try {
      return JSON.writeValueAsString(file) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("names and counts are plain data", e);
    }
  }

  /**
   * Reads what {@link #json} gave.
   *
   * @throws IOException if it is damaged
   */
  static Confusions read(byte[] json) throws IOException {
    try {
      JsonNode file = JSON.readTree(json);
      List<Cell> cells = new ArrayList<>();
      for (JsonNode cell : file.path("cells")) {
        cells.add(new Cell(cell.path(0).asInt(-1), cell.path(1).asInt(-1), cell.path(2).asInt(-1)));
      }
      return new Confusions(ConfusionMatrix.of(file.path("classes").size(), cells));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new IOException(
          "it is damaged: " + String.valueOf(e.getMessage()).lines().findFirst().orElse(""), e);
    }
  }

  /** The matrix to point at, its classes from most to fewest training images. */
  String matrix(EvaluationSummary summary) {
    Map<String, Object> data = data(summary);
    data.put("lookup", true);
    return html(data);
  }

  /** The same without a field to look up a class. */
  String matrixAlone(EvaluationSummary summary) {
    return html(data(summary));
  }

  private static String html(Map<String, Object> data) {
    return "<div class=\"confusion\"><script type=\"application/json\">%s</script></div>\n"
        .formatted(Html.data(data));
  }

  private Map<String, Object> data(EvaluationSummary summary) {
    List<ClassFigures> order = summary.headToTail();
    List<Map<String, Object>> groups = new ArrayList<>();
    int end = 0;
    for (Shots.Group group : Shots.Group.values()) {
      int classes = (int) order.stream().filter(c -> c.group() == group).count();
      end += classes;
      if (classes > 0) {
        groups.add(Map.of("name", group.key(), "end", end));
      }
    }
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("order", order.stream().map(ClassFigures::label).toList());
    data.put("groups", groups);
    List<Integer> cells = new ArrayList<>();
    for (Cell cell : matrix.cells()) {
      cells.addAll(List.of(cell.label(), cell.predicted(), cell.count()));
    }
    data.put("cells", cells);
    return data;
  }

  /** The wrong cells, those of the most images first. */
  List<Cell> mostFrequent() {
    return matrix.cells().stream()
        .filter(cell -> cell.label() != cell.predicted())
        .sorted(Comparator.comparingInt((Cell cell) -> -cell.count()).thenComparing(c -> -share(c)))
        .toList();
  }

  /** Table of the most frequent confusions, with what it leaves out; a sentence if all is right. */
  String list() {
    List<Cell> all = mostFrequent();
    if (all.isEmpty()) {
      return "<p class=\"note\">Every test image was recognised.</p>\n";
    }
    List<Cell> listed = all.stream().limit(LISTED).toList();
    String left =
        all.size() > LISTED
            ? "<p class=\"note\">The %d of most images; all %d are in %s.</p>\n"
                .formatted(LISTED, all.size(), EvaluationReport.CONFUSION_COUNTS)
            : "";
    return left
        + new DataTable("Find a confusion by a class")
            .column("images", DataTable.Kind.NUMBER, listed.stream().map(Cell::count).toList())
            .column("share of the class, %", DataTable.Kind.PERMILLE, shares(listed))
            .column("class, true", DataTable.Kind.CLASS, listed.stream().map(Cell::label).toList())
            .picking()
            .column("true", DataTable.Kind.NAME, listed.stream().map(Cell::label).toList())
            .column(
                "class, predicted",
                DataTable.Kind.CLASS,
                listed.stream().map(Cell::predicted).toList())
            .column("predicted", DataTable.Kind.NAME, listed.stream().map(Cell::predicted).toList())
            .html();
  }

  private List<Double> shares(List<Cell> cells) {
    return cells.stream().map(this::share).toList();
  }

  /** Share of the images of the true class. */
  private double share(Cell cell) {
    return (double) cell.count() / matrix.labelled(cell.label());
  }
}
