package longtail.nn.weights;

import java.util.Map;
import net.razorvine.pickle.IObjectConstructor;

/**
 * What a pickle names and we have no use for: a class or function, or what it would make. It is
 * never looked up and never run; of an object only the attributes are kept, as data.
 */
final class Opaque implements IObjectConstructor {
  private final String name;
  private Map<?, ?> attributes = Map.of();

  Opaque(String name) {
    this.name = name;
  }

  @Override
  public Object construct(Object[] arguments) {
    return new Opaque(name);
  }

  /** Takes the attributes that the file gives the object. */
  void attributes(Object state) {
    if (state instanceof Map<?, ?> map) {
      attributes = map;
    }
  }

  /** The attribute {@code key} if it is a dictionary, else an empty one. */
  Map<?, ?> dictionary(String key) {
    return attributes.get(key) instanceof Map<?, ?> map ? map : Map.of();
  }

  @Override
  public String toString() {
    return name;
  }
}
