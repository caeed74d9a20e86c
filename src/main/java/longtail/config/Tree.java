package longtail.config;

import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Records as nested maps, lists and scalars, the inverse of {@link Binder}. */
final class Tree {
  private Tree() {}

  static Object of(Object value) {
    if (value instanceof Record record) {
      return ofRecord(record, Family.sealed(record.getClass()));
    }
    if (value instanceof Enum<?> constant) {
      return Names.kebab(constant.name());
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> tree = new LinkedHashMap<>();
      map.forEach((key, element) -> tree.put(String.valueOf(key), of(element)));
      return tree;
    }
    if (value instanceof List<?> list) {
      List<Object> tree = new ArrayList<>();
      list.forEach(element -> tree.add(of(element)));
      return tree;
    }
    if (value != null && value.getClass().isArray()) {
      List<Object> tree = new ArrayList<>();
      for (int i = 0; i < Array.getLength(value); i++) {
        tree.add(Array.get(value, i));
      }
      return tree;
    }
    return value;
  }

  private static Map<String, Object> ofRecord(Record record, Optional<Class<?>> family) {
    Map<String, Object> tree = new LinkedHashMap<>();
    family.ifPresent(type -> tree.put(Binder.TYPE, Names.member(type, record.getClass())));
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      Object value = Binder.read(record, component);
      if (value instanceof Optional<?> optional) {
        if (optional.isEmpty()) {
          continue;
        }
        value = optional.get();
      }
      tree.put(
          Names.kebab(component.getName()),
          component.isAnnotationPresent(OneOf.class)
              ? ofRecord((Record) value, Optional.of(component.getType()))
              : of(value));
    }
    return tree;
  }
}
