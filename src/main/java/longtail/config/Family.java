package longtail.config;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The records that a key can choose from by their {@code type}.
 *
 * @param type their interface
 * @param members the records by the names that files use
 */
record Family(Class<?> type, Map<String, Class<?>> members) {
  /** The family of the sealed interface {@code type}; empty if it is no such. */
  static Optional<Family> of(Class<?> type) {
    if (!type.isInterface() || !type.isSealed()) {
      return Optional.empty();
    }
    Map<String, Class<?>> members = new LinkedHashMap<>();
    collect(type, members, type);
    return Optional.of(new Family(type, members));
  }

  /** What {@code component} chooses from: the members that it lists, else those of its type. */
  static Optional<Family> of(RecordComponent component) {
    OneOf listed = component.getAnnotation(OneOf.class);
    if (listed == null) {
      return of(component.getType());
    }
    Map<String, Class<?>> members = new LinkedHashMap<>();
    for (Class<?> member : listed.value()) {
      members.put(Names.member(component.getType(), member), member);
    }
    return Optional.of(new Family(component.getType(), members));
  }

  /** Members of nested families count as members of {@code root}. */
  private static void collect(Class<?> family, Map<String, Class<?>> members, Class<?> root) {
    for (Class<?> member : family.getPermittedSubclasses()) {
      if (member.isInterface()) {
        collect(member, members, root);
      } else {
        members.put(Names.member(root, member), member);
      }
    }
  }

  /** The sealed interface of record {@code member}, if it has one. */
  static Optional<Class<?>> sealed(Class<?> member) {
    return Arrays.stream(member.getInterfaces())
        .<Class<?>>map(i -> i)
        .filter(Class::isSealed)
        .findFirst();
  }
}
