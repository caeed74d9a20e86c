package longtail.config;

import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The keys of a YAML file as Markdown tables, from the records that it is bound to. */
final class KeyTables {
  private static final String HEADER = "| key | value | default | meaning |\n|---|---|---|---|\n";
  private static final String FAMILY_HEADER =
      "| `type` | key | value | default | meaning |\n|---|---|---|---|---|\n";

  /** Titles of the tables so far, by the record or family that each is of. */
  private final Map<Class<?>, String> titles = new LinkedHashMap<>();

  /** The families of the tables. */
  private final Map<Class<?>, Family> families = new HashMap<>();

  private final Deque<Class<?>> waiting = new ArrayDeque<>();
  private final StringBuilder text = new StringBuilder();

  private KeyTables() {}

  /**
   * All tables of a file that is bound to {@code root}, whose own table is called {@code title}.
   */
  static String of(Class<?> root, String title) throws IOException {
    KeyTables tables = new KeyTables();
    tables.ask(root, title);
    while (!tables.waiting.isEmpty()) {
      Class<?> type = tables.waiting.remove();
      if (type.isRecord()) {
        tables.record(type);
      } else {
        tables.family(type);
      }
    }
    return tables.text.toString();
  }

  private void record(Class<?> type) throws IOException {
    heading(type);
    names(type);
    text.append(HEADER);
    for (RecordComponent component : type.getRecordComponents()) {
      text.append("| ").append(row(type, component, titles.get(type))).append(" |\n");
    }
  }

  private void names(Class<?> type) {
    Map<String, Object> named = Binder.named(type);
    if (!named.isEmpty()) {
      text.append("A name stands for a value:\n\n");
      named.forEach((name, value) -> text.append("- `%s`: %s\n".formatted(name, value)));
      text.append("\n");
    }
  }

  private void family(Class<?> type) throws IOException {
    heading(type);
    text.append(FAMILY_HEADER);
    for (Map.Entry<String, Class<?>> member : families.get(type).members().entrySet()) {
      String name = member.getKey();
      String summary = RecordComments.of(member.getValue()).summary();
      text.append("| `%s` | | | | %s |\n".formatted(name, cell(summary)));
      for (RecordComponent component : member.getValue().getRecordComponents()) {
        text.append("| | ").append(row(member.getValue(), component, name)).append(" |\n");
      }
    }
  }

  private void heading(Class<?> type) throws IOException {
    String title = titles.get(type);
    if (!title.matches("[a-z-]+")) {
      text.append("\n<a id=\"%s\"></a>\n".formatted(anchor(title)));
    }
    text.append("\n### ").append(title).append("\n\n");
    text.append(RecordComments.of(type).summary()).append(".\n\n");
  }

  private String row(Class<?> record, RecordComponent component, String title) throws IOException {
    String key = Names.kebab(component.getName());
    String meaning = RecordComments.of(record).parameters().get(component.getName());
    if (meaning == null) {
      throw new AssertionError("the Javadoc of %s says nothing of %s".formatted(record, key));
    }
    boolean top = text.indexOf("### ") == text.lastIndexOf("### ");
    String below = top ? key : title + " " + key;
    return "`%s` | %s | %s | %s"
        .formatted(
            key,
            cell(
                Family.of(component)
                    .map(this::choice)
                    .orElseGet(() -> value(component.getGenericType(), below))),
            fallback(component),
            cell(meaning));
  }

  private String value(Type type, String title) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      String element = value(arguments[arguments.length - 1], title);
      if (generic.getRawType() == Optional.class) {
        return element;
      }
      return generic.getRawType() == Map.class ? "by name: " + element : listOf(element);
    }
    Class<?> plain = (Class<?>) type;
    if (plain.isArray()) {
      return listOf(value(plain.getComponentType(), title));
    }
    if (plain.isRecord()) {
      return link(ask(plain, title));
    }
    Optional<Family> family = Family.of(plain);
    if (family.isPresent()) {
      return choice(family.get());
    }
    if (plain.isEnum()) {
      return Arrays.stream(plain.getEnumConstants())
          .map(constant -> "`" + Names.kebab(((Enum<?>) constant).name()) + "`")
          .collect(Collectors.joining(", "));
    }
    return scalar(plain);
  }

  private String choice(Family family) {
    families.put(family.type(), family);
    return link(ask(family.type(), Names.kebab(family.type().getSimpleName())));
  }

  private static String listOf(String element) {
    return "list of " + element.replaceAll("number$", "numbers");
  }

  private static String scalar(Class<?> type) {
    if (type == boolean.class || type == Boolean.class) {
      return "`true`, `false`";
    }
    if (List.of(int.class, long.class, Integer.class, Long.class).contains(type)) {
      return "whole number";
    }
    if (type == double.class || type == Double.class) {
      return "number";
    }
    if (type == String.class) {
      return "text";
    }
    throw new AssertionError("no name for values of " + type);
  }

  private static String fallback(RecordComponent component) {
    Default fallback = component.getAnnotation(Default.class);
    if (fallback == null) {
      return component.getType() == Optional.class ? "none" : "**required**";
    }
    return fallback.value().equals("{}") ? "its defaults" : "`" + cell(fallback.value()) + "`";
  }

  /** Title of the table of {@code type}, which gets one, called {@code title}, if it has none. */
  private String ask(Class<?> type, String title) {
    String known = titles.putIfAbsent(type, title);
    if (known == null) {
      waiting.add(type);
    }
    return titles.get(type);
  }

  private static String link(String title) {
    return "[%s](#%s)".formatted(title, anchor(title));
  }

  private static String anchor(String title) {
    return title.replace(' ', '-');
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }
}
