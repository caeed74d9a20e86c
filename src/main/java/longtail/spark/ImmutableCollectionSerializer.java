package longtail.spark;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The collections that {@link List#of}, {@link Set#of}, {@link Map#of} and {@link
 * java.util.stream.Stream#toList} return, as the array of their elements.
 */
final class ImmutableCollectionSerializer<T> extends Serializer<T> {
  private final Function<T, Collection<?>> elements;
  private final Function<Object[], T> collection;

  private ImmutableCollectionSerializer(
      Function<T, Collection<?>> elements, Function<Object[], T> collection) {
    super(false, true);
    this.elements = elements;
    this.collection = collection;
  }

  /** Registers every class that hides behind those factories. */
  static void register(Kryo kryo) {
    Serializer<List<?>> lists =
        new ImmutableCollectionSerializer<>(list -> list, array -> List.of(array));
    kryo.register(List.of().getClass(), lists);
    kryo.register(List.of(1).getClass(), lists);
    kryo.register(List.of(1, 2, 3).subList(0, 2).getClass(), lists);
    Serializer<Set<?>> sets =
        new ImmutableCollectionSerializer<>(set -> set, array -> Set.of(array));
    kryo.register(Set.of().getClass(), sets);
    kryo.register(Set.of(1).getClass(), sets);
    Serializer<Map<?, ?>> maps =
        new ImmutableCollectionSerializer<>(
            ImmutableCollectionSerializer::keysAndValues, ImmutableCollectionSerializer::mapOf);
    kryo.register(Map.of().getClass(), maps);
    kryo.register(Map.of(1, 1).getClass(), maps);
  }

  private static List<?> keysAndValues(Map<?, ?> map) {
    return map.entrySet().stream()
        .flatMap(entry -> Stream.of(entry.getKey(), entry.getValue()))
        .toList();
  }

  private static Map<?, ?> mapOf(Object[] keysAndValues) {
    Map<Object, Object> map = new HashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return Map.copyOf(map);
  }

  @Override
  public void write(Kryo kryo, Output output, T value) {
    Collection<?> all = elements.apply(value);
    output.writeInt(all.size(), true);
    for (Object element : all) {
      kryo.writeClassAndObject(output, element);
    }
  }

  @Override
  public T read(Kryo kryo, Input input, Class<T> type) {
    Object[] all = new Object[input.readInt(true)];
    for (int i = 0; i < all.length; i++) {
      all[i] = kryo.readClassAndObject(input);
    }
    return collection.apply(all);
  }
}
