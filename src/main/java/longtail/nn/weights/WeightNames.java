package longtail.nn.weights;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import longtail.nn.graph.ParameterBlock;

/**
 * Finds a network among the tensors of a file, whatever its parts were wrapped in: the names that
 * belong to it share what stands before them.
 *
 * <p>Of all beginnings, that one is taken behind which most tensors of the network have their name
 * and shape; the head may lie behind another, where no part of a backbone is.
 */
final class WeightNames {
  private static final Pattern INSIDE_BACKBONE =
      Pattern.compile("(.*\\.)?(layer\\d|conv\\d_x)\\..*");

  private final Map<String, long[]> shapes;
  private final Map<String, ParameterBlock> blocks = new HashMap<>();

  private WeightNames(Map<String, long[]> shapes, List<ParameterBlock> layout) {
    this.shapes = shapes;
    layout.forEach(block -> blocks.put(TorchWeights.plain(block.name()), block));
  }

  /**
   * The names of the tensors of the file {@code shapes} that lie together with those of the network
   * of {@code layout}, each with its name in the network's manner, in the order of the file.
   */
  static Map<String, String> plain(Map<String, long[]> shapes, List<ParameterBlock> layout) {
    return new WeightNames(shapes, layout).plain();
  }

  /** The name with the fewest parts in front whose last ones mean {@code wanted}. */
  static Optional<String> find(Collection<String> names, String wanted) {
    String best = null;
    int fewest = Integer.MAX_VALUE;
    for (String name : names) {
      List<String> prefixes = prefixes(name);
      for (int k = 0; k < Math.min(prefixes.size(), fewest); k++) {
        String prefix = prefixes.get(k);
        if (!INSIDE_BACKBONE.matcher(prefix).matches() && behind(name, prefix).equals(wanted)) {
          best = name;
          fewest = k;
        }
      }
    }
    return Optional.ofNullable(best);
  }

  private Map<String, String> plain() {
    Map<String, Set<String>> named = new LinkedHashMap<>();
    Map<String, Set<String>> fitting = new HashMap<>();
    for (Map.Entry<String, long[]> tensor : shapes.entrySet()) {
      for (String prefix : prefixes(tensor.getKey())) {
        ParameterBlock block = blocks.get(behind(tensor.getKey(), prefix));
        if (block != null) {
          named.computeIfAbsent(prefix, p -> new HashSet<>()).add(block.name());
          if (Arrays.equals(block.shape(), tensor.getValue())) {
            fitting.computeIfAbsent(prefix, p -> new HashSet<>()).add(block.name());
          }
        }
      }
    }
    // of equal ones the first: prefixes of a name come from the shortest on
    String best =
        named.keySet().stream()
            .max(
                Comparator.<String>comparingInt(p -> fitting.getOrDefault(p, Set.of()).size())
                    .thenComparingInt(p -> named.get(p).size())
                    .thenComparing(Comparator.comparingInt(String::length).reversed()))
            .orElse("");
    Map<String, String> plain = new LinkedHashMap<>();
    take(best, plain);
    if (blocks.values().stream().anyMatch(block -> lacks(block, plain))) {
      named.keySet().stream()
          .filter(prefix -> ofHeadAlone(named.get(prefix)))
          .min(Comparator.comparingInt(String::length))
          .ifPresent(prefix -> take(prefix, plain));
    }
    return plain;
  }

  private static boolean lacks(ParameterBlock block, Map<String, String> plain) {
    return block.head() && !plain.containsValue(TorchWeights.plain(block.name()));
  }

  private boolean ofHeadAlone(Set<String> names) {
    return names.stream().allMatch(name -> blocks.get(TorchWeights.plain(name)).head());
  }

  /** Adds what is behind {@code prefix}, as far as it is not known under a shorter name. */
  private void take(String prefix, Map<String, String> plain) {
    for (String name : shapes.keySet()) {
      if (name.startsWith(prefix)) {
        String inner = behind(name, prefix);
        if (!plain.containsValue(inner)) {
          plain.putIfAbsent(name, inner);
        }
      }
    }
  }

  private static String behind(String name, String prefix) {
    return TorchWeights.plain(name.substring(prefix.length()));
  }

  /** The beginnings of {@code name} that end with a dot, the empty one first. */
  private static List<String> prefixes(String name) {
    List<String> prefixes = new ArrayList<>();
    prefixes.add("");
    for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      prefixes.add(name.substring(0, dot + 1));
    }
    return prefixes;
  }
}
