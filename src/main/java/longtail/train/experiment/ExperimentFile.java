package longtail.train.experiment;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.config.Yaml;
import longtail.storage.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;

/**
 * The document of an experiment file with the files that it is based on resolved.
 *
 * @param tree the whole; no {@code base} is left
 * @param source names the files in messages
 */
record ExperimentFile(Map<String, Object> tree, String source) {
  private static final String BASE = "base";
  private static final String VARIANTS = "variants";

  /** What a file does not take from its base, as it says which recipe it is. */
  private static final List<String> OWN = List.of("name", "published");

  /** Files on the way from a recipe to its last base; more are hard to follow, or a cycle. */
  private static final int LONGEST = 8;

  /**
   * Reads {@code file}; a {@code base} is relative to the file that names it, on any Hadoop file
   * system. Where there is no {@code mixup-if50.yaml}, it is the variant {@code if50} of {@code
   * mixup.yaml}.
   *
   * @throws LongTailException (CONFIG) if a file cannot be read or the bases have no end
   */
  static ExperimentFile read(String file, Configuration conf) {
    List<Path> chain = new ArrayList<>();
    Deque<Map<String, Object>> documents = new ArrayDeque<>();
    Path next = FileSystems.path(file);
    while (next != null) {
      requireEnd(chain, next);
      chain.add(next);
      Map<String, Object> document = document(chain, conf);
      documents.push(document);
      next = base(document, next);
    }
    Map<String, Object> tree = documents.pop();
    int from = chain.size() - 1;
    while (!documents.isEmpty()) {
      OWN.forEach(tree::remove);
      from--;
      Yaml.change(tree, documents.pop(), named(chain.subList(from, chain.size())));
    }
    return new ExperimentFile(tree, named(chain));
  }

  /** Files as which the variants of {@code file} are read, in its order; none if it has none. */
  static List<String> variants(String file, Configuration conf) {
    Path path = FileSystems.path(file);
    Map<String, Object> document = Yaml.tree(text(List.of(path), conf), file);
    return variants(document, path).keySet().stream()
        .map(variant -> Variant.file(file, variant))
        .toList();
  }

  /** The last file of {@code chain} by itself: its base may be named, its variants are not. */
  private static Map<String, Object> document(List<Path> chain, Configuration conf) {
    Path file = chain.get(chain.size() - 1);
    Optional<Variant> variant =
        Variant.of(file).filter(of -> !exists(file, conf) && exists(of.recipe(), conf));
    if (variant.isPresent()) {
      return document(variant.get(), file, conf);
    }
    Map<String, Object> document = Yaml.tree(text(chain, conf), file.toString());
    document.remove(VARIANTS);
    return document;
  }

  private static Map<String, Object> document(Variant variant, Path file, Configuration conf) {
    Path recipe = variant.recipe();
    Map<String, Object> whole = Yaml.tree(text(List.of(recipe), conf), recipe.toString());
    Map<String, Map<String, Object>> variants = variants(whole, recipe);
    Map<String, Object> document = variants.get(variant.name());
    if (document == null) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "cannot read the experiment file %s: it is not there, and %s has %s"
              .formatted(
                  file,
                  recipe,
                  variants.isEmpty()
                      ? "no variants"
                      : "the variants " + String.join(", ", variants.keySet())));
    }
    document.putIfAbsent(BASE, recipe.getName());
    return document;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Map<String, Object>> variants(Map<String, Object> whole, Path file) {
    Object variants = whole.getOrDefault(VARIANTS, Map.of());
    if (variants instanceof Map<?, ?> named
        && named.values().stream().allMatch(Map.class::isInstance)) {
      return (Map<String, Map<String, Object>>) variants;
    }
    throw new LongTailException(
        ErrorCode.CONFIG,
        file
            + ": variants must name mappings of what differs, such as variants: {long: {seed: 7}}");
  }

  private static boolean exists(Path file, Configuration conf) {
    try {
      return FileSystems.of(file, conf).exists(file);
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "cannot read the experiment file %s: %s".formatted(file, e.getMessage()),
          e);
    }
  }

  /** Takes the base out of {@code document}; null if it has none. */
  private static Path base(Map<String, Object> document, Path file) {
    if (!document.containsKey(BASE)) {
      return null;
    }
    if (document.remove(BASE) instanceof String name && !name.isBlank()) {
      return new Path(file.getParent(), FileSystems.path(name));
    }
    throw new LongTailException(
        ErrorCode.CONFIG,
        file
            + ": base must name an experiment file, relative to this one, such as base: other.yaml");
  }

  private static void requireEnd(List<Path> chain, Path next) {
    if (chain.contains(next)) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "%s: its base leads back to %s (%s); the last base must be a file without one"
              .formatted(chain.get(0), next, arrows(chain, next)));
    }
    if (chain.size() == LONGEST) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "%s: more than %d files are based on one another (%s); name a base that is nearer to the whole"
              .formatted(chain.get(0), LONGEST, arrows(chain, next)));
    }
  }

  private static String arrows(List<Path> chain, Path next) {
    return chain.stream().map(Path::toString).collect(Collectors.joining(" -> ")) + " -> " + next;
  }

  private static String text(List<Path> chain, Configuration conf) {
    Path file = chain.get(chain.size() - 1);
    try (FSDataInputStream in = FileSystems.of(file, conf).open(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      String asking =
          chain.size() == 1
              ? ""
              : ", the base of %s (relative to it)".formatted(chain.get(chain.size() - 2));
      throw new LongTailException(
          ErrorCode.CONFIG,
          "cannot read the experiment file %s%s: %s".formatted(file, asking, e.getMessage()),
          e);
    }
  }

  private static String named(List<Path> chain) {
    return chain.size() == 1
        ? chain.get(0).toString()
        : "%s (base %s)"
            .formatted(
                chain.get(0),
                chain.subList(1, chain.size()).stream()
                    .map(Path::toString)
                    .collect(Collectors.joining(", ")));
  }
}
