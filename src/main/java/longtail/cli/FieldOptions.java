package longtail.cli;

import longtail.dataset.AnnotationFields;
import longtail.dataset.SeveralAnnotations;
import picocli.CommandLine.Option;

/** Which fields of tables and of JSON {@code prepare} reads. */
final class FieldOptions {
  @Option(
      names = {"--image-column", "--path-column"},
      paramLabel = "NAME",
      defaultValue = "",
      description =
          "Column of the images or of their paths (formats csv and parquet; default: the first of"
              + " image, path, filename and other usual names).")
  String image;

  @Option(
      names = "--label-column",
      paramLabel = "NAME",
      defaultValue = "",
      description =
          "Column of the classes, numbers or names (csv, parquet), or field of the .json files"
              + " (webdataset; default: the first of label, class, category and other usual names).")
  String label;

  @Option(
      names = "--group-column",
      paramLabel = "NAME",
      defaultValue = "",
      description =
          "Column (csv, parquet) or field of the image (inat, longtail, webdataset) whose value"
              + " images of one origin share; --split 80:10:10 does not divide them.")
  String group;

  @Option(
      names = "--several-annotations",
      paramLabel = "RULE",
      defaultValue = "refuse",
      description =
          "What annotations of several classes in one image mean (format inat):"
              + " ${COMPLETION-CANDIDATES}; largest = the one with the largest box counts.")
  SeveralAnnotations several;

  AnnotationFields fields() {
    return new AnnotationFields(image, label, group, several);
  }
}
