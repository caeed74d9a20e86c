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
import java.util.Optional;
import longtail.ErrorCode;
import longtail.LongTailException;

/**
 * Reads and writes records as YAML.
 *
 * <p>Keys are the kebab-case names of the record components. A sealed interface is a family whose
 * member is named by the key {@code type}; a bare name stands for the member with its defaults. A
 * record may have values with names, see {@link Named}, and checks its own values in its
 * constructor with {@code IllegalArgumentException("must be ..., was ...")}.
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

  /** The name that stands for {@code record} in a file, see {@link Named}, if it has one. */
  public static Optional<String> nameOf(Record record) {
    return Binder.named(record.getClass()).entrySet().stream()
        .filter(named -> named.getValue().equals(record))
        .map(Map.Entry::getKey)
        .findFirst();
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
   * way are created; a list element must exist, or be the next one, which is added.
   *
   * @throws LongTailException (USAGE) when the text is no assignment or the path leads nowhere
   */
  public static void override(Map<String, Object> tree, String assignment) {
    String attempt = "cannot apply --set '" + assignment + "'";
    int equals = assignment.indexOf('=');
    if (equals <= 0) {
      throw new LongTailException(
          ErrorCode.USAGE, attempt + ": write it as key=value, for example epochs=10");
    }
    Object value = parse(assignment.substring(equals + 1), "--set " + assignment);
    KeyPath.of(assignment.substring(0, equals), attempt, ErrorCode.USAGE).assign(tree, value);
  }

  /**
   * Changes {@code tree}, a whole document, by what differs in another one that was parsed from
   * {@code source}. Its keys at the top may be paths as those of {@link #override}, {@code
   * stages.0.epochs}. A mapping changes only the keys that it names; one that names its {@code
   * type}, a list and a plain value take the place of what was there, and null takes it away.
   *
   * @throws LongTailException (CONFIG) naming {@code source} and the path that leads nowhere
   */
  public static void change(
      Map<String, Object> tree, Map<String, Object> differences, String source) {
    differences.forEach(
        (path, value) ->
            KeyPath.of(path, source + ": cannot change " + path, ErrorCode.CONFIG)
                .merge(tree, value));
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
}
