package longtail.spark;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;

/**
 * Writes a record component by component and reads it back through its canonical constructor, which
 * validates what it is given. Kryo's own serializer of fields cannot set those of a record.
 */
final class RecordSerializer<T extends Record> extends Serializer<T> {
  private final Constructor<T> constructor;
  private final Method[] accessors;

  RecordSerializer(Class<T> type) {
    super(false, true);
    RecordComponent[] components = type.getRecordComponents();
    try {
      constructor =
          type.getDeclaredConstructor(
              Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(type + " has no canonical constructor", e);
    }
    constructor.setAccessible(true);
    accessors = Arrays.stream(components).map(RecordComponent::getAccessor).toArray(Method[]::new);
    for (Method accessor : accessors) {
      accessor.setAccessible(true);
    }
  }

  @Override
  public void write(Kryo kryo, Output output, T value) {
    try {
      for (Method accessor : accessors) {
        kryo.writeClassAndObject(output, accessor.invoke(value));
      }
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("cannot read the components of " + value.getClass(), e);
    }
  }

  @Override
  public T read(Kryo kryo, Input input, Class<T> type) {
    Object[] components = new Object[accessors.length];
    for (int i = 0; i < components.length; i++) {
      components[i] = kryo.readClassAndObject(input);
    }
    try {
      return constructor.newInstance(components);
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException("received a " + type + " that is not valid", e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot construct " + type, e);
    }
  }
}
