package longtail.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import longtail.ErrorCode;
import longtail.LongTailException;

/**
 * The place of a value in a parsed document: keys and list indices from the top, {@code
 * stages.0.optimizer.lr}.
 *
 * @param keys from the top
 * @param attempt what is done there, for messages: {@code cannot apply --set 'seed=1'}
 * @param code of the error if it cannot be done
 */
record KeyPath(List<String> keys, String attempt, ErrorCode code) {
  static KeyPath of(String text, String attempt, ErrorCode code) {
    return new KeyPath(List.of(text.trim().split("\\.", -1)), attempt, code);
  }

  /**
   * Puts {@code value} in the place of what stands there. Missing mappings on the way are created;
   * a list element must exist, or be the next one, which is added.
   */
  void assign(Map<String, Object> tree, Object value) {
    assign(parent(tree), last(), value);
  }

  /**
   * The same, but a mapping changes only the keys that it names, and so on below; one that names
   * its {@code type} is a whole member of a family and takes the place of another.
   */
  void merge(Map<String, Object> tree, Object value) {
    merge(parent(tree), last(), value);
  }

  private Object parent(Map<String, Object> tree) {
    Object node = tree;
    for (String key : keys.subList(0, keys.size() - 1)) {
      node = child(node, key);
    }
    return node;
  }

  private String last() {
    return keys.get(keys.size() - 1);
  }

  private void merge(Object node, String key, Object value) {
    boolean part = value instanceof Map<?, ?> map && !map.containsKey(Binder.TYPE);
    if (part && present(node, key)) {
      Object target = child(node, key);
      ((Map<?, ?>) value).forEach((k, v) -> merge(target, String.valueOf(k), v));
    } else {
      assign(node, key, value);
    }
  }

  private boolean present(Object node, String key) {
    return node instanceof List<?> list
        ? index(list, key, list.size()) < list.size()
        : node instanceof Map<?, ?> map && map.get(key) != null;
  }

  @SuppressWarnings("unchecked")
  private Object child(Object node, String key) {
    if (node instanceof List<?> list) {
      return list.get(index(list, key, list.size() - 1));
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
    throw fail("nothing can stand below " + key);
  }

  @SuppressWarnings("unchecked")
  private void assign(Object node, String key, Object value) {
    if (node instanceof List) {
      List<Object> list = (List<Object>) node;
      int index = index(list, key, list.size());
      if (index == list.size()) {
        list.add(value);
      } else {
        list.set(index, value);
      }
    } else if (node instanceof Map) {
      ((Map<String, Object>) node).put(key, value);
    } else {
      throw fail("'" + key + "' would stand below a plain value");
    }
  }

  private int index(List<?> list, String key, int largest) {
    boolean number =
        !key.isEmpty() && key.length() < 10 && key.chars().allMatch(Character::isDigit);
    if (number && Integer.parseInt(key) <= largest) {
      return Integer.parseInt(key);
    }
    String next = largest == list.size() ? ", the last of which adds an element" : "";
    throw fail("'%s' must be an index from 0 to %d%s".formatted(key, largest, next));
  }

  private LongTailException fail(String problem) {
    return new LongTailException(code, attempt + ": " + problem);
  }
}
