package longtail.dataset.format;

import java.util.List;
import java.util.Optional;

/** Which column of a table holds what: the one that the user names, else one of the usual names. */
final class ColumnChoice {
  /** Columns of paths or of images, the likelier first. */
  static final List<String> IMAGES =
      List.of(
          "image",
          "img",
          "content",
          "bytes",
          "path",
          "image_path",
          "img_path",
          "filepath",
          "file_path",
          "filename",
          "file_name",
          "image_file",
          "image_name",
          "fpath",
          "file");

  static final List<String> LABELS =
      List.of(
          "label",
          "labels",
          "class",
          "class_name",
          "category",
          "category_name",
          "label_name",
          "species",
          "target",
          "class_id",
          "category_id",
          "label_id",
          "fine_label");

  private final AnnotationCollector collector;
  private final List<String> columns;

  /** A choice among {@code columns}, in their order. */
  ColumnChoice(AnnotationCollector collector, List<String> columns) {
    this.collector = collector;
    this.columns = columns;
  }

  /**
   * The place of a column.
   *
   * @param what the column is to hold, in messages
   * @param named as the user names it; empty = not at all
   * @param option the option that names it
   */
  int of(String what, String named, List<String> usual, String option) {
    if (!named.isEmpty()) {
      return named(named, option);
    }
    return usual.stream()
        .flatMapToInt(name -> place(name).stream().mapToInt(Integer::intValue))
        .findFirst()
        .orElseThrow(
            () ->
                collector.bad(
                    "the columns",
                    "none of them is called as the column of the %s usually is; name it with %s, they are %s"
                        .formatted(what, option, columns)));
  }

  /** The place of the column {@code named}; -1 where nothing is named. */
  int optional(String named, String option) {
    return named.isEmpty() ? -1 : named(named, option);
  }

  private int named(String named, String option) {
    int exact = columns.indexOf(named);
    if (exact >= 0) {
      return exact;
    }
    return place(named)
        .orElseThrow(
            () ->
                collector.bad(
                    "the columns",
                    "there is no '%s'; correct %s, they are %s".formatted(named, option, columns)));
  }

  private Optional<Integer> place(String name) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).equalsIgnoreCase(name)) {
        return Optional.of(i);
      }
    }
    return Optional.empty();
  }
}
