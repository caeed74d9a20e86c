package longtail.config;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The keys of a file that have neither a value nor a default. */
public final class UnsetKeys {
  private final List<String> paths = new ArrayList<>();

  private UnsetKeys() {}

  /** The paths of those of {@code root}, such as {@code stages.0.mix}, in the order of the file. */
  public static List<String> of(Record root) {
    UnsetKeys keys = new UnsetKeys();
    keys.look("", root);
    return List.copyOf(keys.paths);
  }

  private void look(String path, Object value) {
    if (value instanceof Optional<?> optional) {
      optional.ifPresentOrElse(inner -> look(path, inner), () -> paths.add(path));
    } else if (value instanceof Record part) {
      for (RecordComponent component : part.getClass().getRecordComponents()) {
        look(join(path, Names.kebab(component.getName())), Binder.read(part, component));
      }
    } else if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        look(join(path, String.valueOf(i)), list.get(i));
      }
    } else if (value instanceof Map<?, ?> map) {
      map.forEach((key, inner) -> look(join(path, String.valueOf(key)), inner));
    }
  }

  private static String join(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }
}
