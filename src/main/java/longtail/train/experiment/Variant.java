package longtail.train.experiment;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import longtail.storage.FileSystems;
import org.apache.hadoop.fs.Path;

/**
 * What a recipe says of itself under {@code variants}, such as another imbalance factor. The
 * variant {@code if50} of {@code mixup.yaml} is read as {@code mixup-if50.yaml}.
 *
 * @param recipe the file that the variant stands in
 * @param name as that file calls it; has no hyphen
 */
record Variant(Path recipe, String name) {
  private static final Pattern FILE = Pattern.compile("(?<recipe>.+)-(?<name>[^-/]+)\\.yaml");

  /** What {@code file} would be if it is not a file of its own; empty by its name it cannot. */
  static Optional<Variant> of(Path file) {
    Matcher matcher = FILE.matcher(file.getName());
    return matcher.matches()
        ? Optional.of(
            new Variant(
                FileSystems.child(file.getParent(), matcher.group("recipe") + ".yaml"),
                matcher.group("name")))
        : Optional.empty();
  }

  /** The file as which the variant {@code name} of {@code recipe} is read. */
  static String file(String recipe, String name) {
    return recipe.replaceFirst("\\.yaml$", "") + "-" + name + ".yaml";
  }
}
