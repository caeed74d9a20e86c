package longtail.config;

import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import longtail.ErrorCode;
import longtail.LongTailException;

/** Binds parsed YAML to records; {@code source} is the file named in errors. */
record Binder(String source) {
  static final String TYPE = "type";

  /** {@code node} as a value of {@code type}; {@code path} is the path of its key. */
  Object value(Object node, Type type, String path) {
    if (type instanceof ParameterizedType generic) {
      return generic(node, generic, path);
    }
    Class<?> target = (Class<?>) type;
    if (target.isRecord()) {
      Map<String, Object> named = named(target);
      if (node instanceof String name && !named.isEmpty()) {
        return known(name, named, path);
      }
      return record(mapping(node, path), target, path);
    }
    Optional<Family> family = Family.of(target);
    if (family.isPresent()) {
      return member(node, family.get(), path);
    }
    if (target.isArray()) {
      return array(node, target.getComponentType(), path);
    }
    if (target.isEnum()) {
      return constant(node, target, path);
    }
    return scalar(node, target, path);
  }

  /** The records of {@code type} that have a name, see {@link Named}. */
  static Map<String, Object> named(Class<?> type) {
    Map<String, Object> named = new TreeMap<>();
    for (Method method : type.getDeclaredMethods()) {
      if (method.isAnnotationPresent(Named.class)) {
        try {
          named.put(Names.kebab(method.getName()), method.invoke(null));
        } catch (ReflectiveOperationException e) {
          throw new IllegalStateException("cannot call " + method, e);
        }
      }
    }
    return named;
  }

  private Object known(String name, Map<String, Object> named, String path) {
    Object found = named.get(name);
    if (found == null) {
      throw fail(path, unknown(name, named.keySet()));
    }
    return found;
  }

  static Object read(Record record, RecordComponent component) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot read " + component, e);
    }
  }

  private Object generic(Object node, ParameterizedType type, String path) {
    Type element = type.getActualTypeArguments()[type.getActualTypeArguments().length - 1];
    if (type.getRawType() == Optional.class) {
      return node == null ? Optional.empty() : Optional.of(value(node, element, path));
    }
    if (type.getRawType() == Map.class) {
      Map<String, Object> values = new LinkedHashMap<>();
      mapping(node, path).forEach((k, v) -> values.put(k, value(v, element, join(path, k))));
      return values;
    }
    List<Object> values = new ArrayList<>();
    List<?> nodes = sequence(node, path);
    for (int i = 0; i < nodes.size(); i++) {
      values.add(value(nodes.get(i), element, join(path, Integer.toString(i))));
    }
    return List.copyOf(values);
  }

  private Object member(Object node, Family family, String path) {
    Set<String> names = family.members().keySet();
    Map<String, Object> tree =
        node instanceof String type ? Map.of(TYPE, type) : mapping(node, path);
    Object type = tree.get(TYPE);
    if (type == null) {
      throw fail(join(path, TYPE), "is missing; choose one of " + names);
    }
    Class<?> member = family.members().get(String.valueOf(type));
    if (member == null) {
      throw fail(join(path, TYPE), unknown(String.valueOf(type), names));
    }
    Map<String, Object> rest = new LinkedHashMap<>(tree);
    rest.remove(TYPE);
    return record(rest, member, path);
  }

  private Object record(Map<String, Object> tree, Class<?> type, String path) {
    RecordComponent[] components = type.getRecordComponents();
    Set<String> known = new LinkedHashSet<>();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      String key = Names.kebab(components[i].getName());
      known.add(key);
      types[i] = components[i].getType();
    }
    for (String key : tree.keySet()) {
      if (!known.contains(key)) {
        throw fail(join(path, key), unknown(key, known));
      }
    }
    for (int i = 0; i < components.length; i++) {
      values[i] = component(tree, components[i], path);
    }
    return construct(type, types, values, path);
  }

  private Object component(Map<String, Object> tree, RecordComponent component, String path) {
    String key = Names.kebab(component.getName());
    String childPath = join(path, key);
    Object node = tree.get(key);
    if (node == null) {
      Default fallback = component.getAnnotation(Default.class);
      if (fallback != null) {
        node = Yaml.parse(fallback.value(), source);
      } else if (component.getType() != Optional.class) {
        throw fail(childPath, "is missing");
      }
    }
    Optional<Family> family = Family.of(component);
    return family.isPresent()
        ? member(node, family.get(), childPath)
        : value(node, component.getGenericType(), childPath);
  }

  private Object construct(Class<?> type, Class<?>[] types, Object[] values, String path) {
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException invalid) {
        throw new LongTailException(
            ErrorCode.CONFIG, source + ": " + label(path) + invalid.getMessage(), invalid);
      }
      if (e.getCause() instanceof ArithmeticException overflow) {
        throw new LongTailException(
            ErrorCode.CONFIG,
            source + ": " + label(path) + "has a value that is too large",
            overflow);
      }
      throw new IllegalStateException("cannot construct " + type.getName(), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot construct " + type.getName(), e);
    }
  }

  private Object array(Object node, Class<?> element, String path) {
    List<?> nodes = sequence(node, path);
    Object array = Array.newInstance(element, nodes.size());
    for (int i = 0; i < nodes.size(); i++) {
      Array.set(array, i, value(nodes.get(i), element, join(path, Integer.toString(i))));
    }
    return array;
  }

  private Object constant(Object node, Class<?> type, String path) {
    Map<String, Object> constants = new LinkedHashMap<>();
    for (Object constant : type.getEnumConstants()) {
      constants.put(Names.kebab(((Enum<?>) constant).name()), constant);
    }
    return known(String.valueOf(node), constants, path);
  }

  private Object scalar(Object node, Class<?> type, String path) {
    if (type == String.class && (node instanceof String || node instanceof Number)) {
      return String.valueOf(node);
    }
    if (type == boolean.class && node instanceof Boolean) {
      return node;
    }
    if (node instanceof Number number) {
      boolean whole = number instanceof Integer || number instanceof Long;
      if (type == double.class || type == Double.class) {
        return number.doubleValue();
      }
      if ((type == long.class || type == Long.class) && whole) {
        return number.longValue();
      }
      if ((type == int.class || type == Integer.class) && number instanceof Integer) {
        return number;
      }
    }
    if (type == double.class && node instanceof String text) {
      // YAML 1.1 reads 5e-4, written without a point, as text
      try {
        return Double.parseDouble(text);
      } catch (NumberFormatException e) {
        throw fail(path, "must be a number, was '" + text + "'");
      }
    }
    throw fail(path, "must be " + describe(type) + ", was '" + node + "'");
  }

  private static String describe(Class<?> type) {
    if (type == boolean.class) {
      return "true or false";
    }
    if (type == double.class || type == Double.class) {
      return "a number";
    }
    return type == String.class ? "text" : "a whole number";
  }

  @SuppressWarnings("unchecked")
  private Map<String, Object> mapping(Object node, String path) {
    if (node instanceof Map) {
      return (Map<String, Object>) node;
    }
    if (node == null) {
      return Map.of();
    }
    throw fail(path, "must be a mapping of keys to values, was '" + node + "'");
  }

  private List<?> sequence(Object node, String path) {
    if (node instanceof List<?> list) {
      return list;
    }
    throw fail(path, "must be a list, was '" + node + "'");
  }

  private static String unknown(String name, Set<String> known) {
    return Names.nearest(name, known)
        .map(near -> "'" + name + "' is not known; did you mean '" + near + "'?")
        .orElse("'" + name + "' is not known; choose one of " + known);
  }

  private static String join(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private static String label(String path) {
    return path.isEmpty() ? "" : path + " ";
  }

  private LongTailException fail(String path, String problem) {
    return new LongTailException(ErrorCode.CONFIG, source + ": " + label(path) + problem);
  }
}
