package longtail.dataset;

import java.util.Map;

/**
 * One dataset: where it comes from, how it is annotated, what it must contain. One file of {@code
 * data-manifests}.
 *
 * @param name name of the dataset
 * @param format how it is annotated
 * @param root directory that all paths are relative to; itself relative to the manifest's directory
 * @param splits the splits by name
 * @param normalization pixel statistics
 * @param shots thresholds of many, medium and few
 * @param download where the user gets the dataset
 * @param notes what else the user should know
 */
public record Manifest(
    String name,
    AnnotationFormat format,
    String root,
    Map<String, Split> splits,
    Normalization normalization,
    Shots shots,
    String download,
    String notes) {

  /**
   * One split.
   *
   * @param annotations annotation file
   * @param images directory of the images
   * @param expected what the split must contain
   */
  public record Split(String annotations, String images, Expected expected) {}

  /** Counts that a complete split has; 0 = not stated. */
  public record Expected(int images, int classes, int max, int min) {}
}
