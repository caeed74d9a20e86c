package longtail.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import longtail.ErrorCode;
import longtail.LongTailException;

/**
 * Reads and writes records as YAML.
 *
 * <p>Keys are the kebab-case names of the record components. A sealed interface is a family whose
 * member is named by the key {@code type}; a bare name stands for the member with its defaults. A
 * record checks its own values in its constructor with {@code IllegalArgumentException("must be
 * ..., was ...")}.
 */
public final class Yaml {
  private static final ObjectMapper MAPPER =
      new ObjectMapper(
              YAMLFactory.builder()
                  .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                  .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
                  .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                  .disable(YAMLGenerator.Feature.SPLIT_LINES)
                  .build())
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private Yaml() {}

  /**
   * Binds the document {@code text} to {@code type}.
   *
   * @param source name of the file, for messages
   * @throws LongTailException (CONFIG) naming the source and the path of the key at fault
   */
  public static <T> T read(String text, String source, Class<T> type) {
    return bind(tree(text, source), source, type);
  }

  /** Parses {@code text} to nested maps, lists and scalars without binding it. */
  @SuppressWarnings("unchecked")
  public static Map<String, Object> tree(String text, String source) {
    Object value = parse(text, source);
    if (value instanceof Map) {
      return (Map<String, Object>) value;
    }
    throw new LongTailException(
        ErrorCode.CONFIG, source + ": expected a mapping of keys to values at the top level");
  }

  /** Binds an already parsed {@code tree} to {@code type}; see {@link #read}. */
  public static <T> T bind(Map<String, Object> tree, String source, Class<T> type) {
    return type.cast(new Binder(source).value(tree, type, ""));
  }

  /** {@code record} as a YAML document that {@link #read} binds to an equal record. */
  public static String write(Object record) {
    try {
      return MAPPER.writeValueAsString(Tree.of(record));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write " + record.getClass().getName(), e);
    }
  }

  /**
   * Sets one value in {@code tree}: {@code "stages.0.optimizer.lr=0.05"}. Missing mappings on the
   * way are created; a list element must exist.
   *
   * @throws LongTailException (USAGE) when the text is no assignment or the path leads nowhere
   */
  public static void override(Map<String, Object> tree, String assignment) {
    int equals = assignment.indexOf('=');
    if (equals <= 0) {
      throw new LongTailException(
          ErrorCode.USAGE,
          "cannot apply --set '" + assignment + "': write it as key=value, for example epochs=10");
    }
    String[] path = assignment.substring(0, equals).trim().split("\\.", -1);
    Object value = parse(assignment.substring(equals + 1), "--set " + assignment);
    Object node = tree;
    for (int i = 0; i < path.length - 1; i++) {
      node = child(node, path[i], assignment);
    }
    assign(node, path[path.length - 1], value, assignment);
  }

  static Object parse(String text, String source) {
    try {
      return mutable(MAPPER.readValue(text, Object.class));
    } catch (JsonProcessingException e) {
      String where = e.getLocation() == null ? "" : " (line " + e.getLocation().getLineNr() + ")";
      throw new LongTailException(
          ErrorCode.CONFIG, source + where + ": not valid YAML: " + firstLine(e), e);
    }
  }

  private static String firstLine(JsonProcessingException e) {
    return e.getOriginalMessage().lines().findFirst().orElse("unreadable");
  }

  private static Object mutable(Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<Object, Object> copy = new LinkedHashMap<>();
      map.forEach((k, v) -> copy.put(k, mutable(v)));
      return copy;
    }
    if (value instanceof List<?> list) {
      List<Object> copy = new ArrayList<>();
      list.forEach(v -> copy.add(mutable(v)));
      return copy;
    }
    return value;
  }

  @SuppressWarnings("unchecked")
  private static Object child(Object node, String key, String assignment) {
    if (node instanceof List<?> list) {
      return list.get(index(list, key, assignment));
    }
    if (node instanceof Map) {
      Map<String, Object> map = (Map<String, Object>) node;
      Object child = map.get(key);
      if (child == null) {
        child = new LinkedHashMap<String, Object>();
        map.put(key, child);
      } else if (child instanceof String type) {
        // a bare family name: its long form can take further keys
        Map<String, Object> family = new LinkedHashMap<>();
        family.put(Binder.TYPE, type);
        child = family;
        map.put(key, child);
      }
      return child;
    }
    throw new LongTailException(
        ErrorCode.USAGE, "cannot apply --set '" + assignment + "': nothing can stand below " + key);
  }

  @SuppressWarnings("unchecked")
  private static void assign(Object node, String key, Object value, String assignment) {
    if (node instanceof List) {
      List<Object> list = (List<Object>) node;
      list.set(index(list, key, assignment), value);
    } else if (node instanceof Map) {
      ((Map<String, Object>) node).put(key, value);
    } else {
      throw new LongTailException(
          ErrorCode.USAGE,
          "cannot apply --set '" + assignment + "': '" + key + "' would stand below a plain value");
    }
  }

  private static int index(List<?> list, String key, String assignment) {
    boolean number =
        !key.isEmpty() && key.length() < 10 && key.chars().allMatch(Character::isDigit);
    if (number && Integer.parseInt(key) < list.size()) {
      return Integer.parseInt(key);
    }
    throw new LongTailException(
        ErrorCode.USAGE,
        String.format(
            "cannot apply --set '%s': '%s' must be an index from 0 to %d",
            assignment, key, list.size() - 1));
  }
}
