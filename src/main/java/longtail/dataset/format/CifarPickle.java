package longtail.dataset.format;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import longtail.dataset.PickleLengths;
import net.razorvine.pickle.IObjectConstructor;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.PickleException;
import net.razorvine.pickle.PickleUtils;
import net.razorvine.pickle.Unpickler;

/**
 * One pickle of the python version of CIFAR: a dictionary of lists, strings and a NumPy array.
 * Written by any Python and NumPy; keys may be text or bytes. Of the classes that a pickle can name
 * only those that make a NumPy array are known, so a hostile file can do nothing.
 */
final class CifarPickle extends Unpickler {
  /** A NumPy array of bytes in C order. */
  private static final class ByteArray {
    private byte[] data = new byte[0];
  }

  /** What a pickle calls to make its objects, by module and name. */
  private static final Map<String, IObjectConstructor> CALLS =
      Map.of(
          "multiarray._reconstruct", arguments -> new ByteArray(),
          "numpy.ndarray", arguments -> new ByteArray(),
          "numpy.dtype", arguments -> elementType(arguments[0]),
          "numeric._frombuffer", CifarPickle::fromBuffer,
          "_codecs.encode", arguments -> bytes(arguments[0]));

  private CifarPickle() {}

  /**
   * Reads the dictionary of a pickle.
   *
   * @throws IOException if it is no such pickle, or damaged
   */
  @SuppressWarnings("CatchingUnchecked")
  static CifarPickle.Content read(ByteArrayInputStream in) throws IOException {
    try {
      if (new CifarPickle().load(in) instanceof Map<?, ?> map) {
        return new Content(map);
      }
      throw new IOException("it must hold a dictionary");
    } catch (RuntimeException | StackOverflowError e) {
      // the library meets damaged bytes with whatever exception they lead to
      throw new IOException("it is no readable python pickle (" + e + ")", e);
    }
  }

  @Override
  protected Object dispatch(short key) throws PickleException, IOException {
    PickleLengths.require(key, input);
    switch (key) {
      case Opcodes.GLOBAL -> {
        String module = PickleUtils.readline(input);
        stack.add(call(module, PickleUtils.readline(input)));
        return NO_RETURN_VALUE;
      }
      case Opcodes.STACK_GLOBAL -> {
        String name = (String) stack.pop();
        stack.add(call((String) stack.pop(), name));
        return NO_RETURN_VALUE;
      }
      case Opcodes.BINSTRING -> {
        // the pixels of the published archives: kept as bytes instead of being made text and back
        int length = PickleUtils.bytes_to_integer(PickleUtils.readbytes(input, 4));
        stack.add(PickleUtils.readbytes(input, length));
        return NO_RETURN_VALUE;
      }
      case Opcodes.BUILD -> {
        Object state = stack.pop();
        if (stack.peek() instanceof ByteArray array) {
          setState(array, (Object[]) state);
        }
        return NO_RETURN_VALUE;
      }
      default -> {
        return super.dispatch(key);
      }
    }
  }

  private static IObjectConstructor call(String module, String name) {
    // numpy.core.multiarray became numpy._core.multiarray with NumPy 2
    String known = module.replaceFirst("^numpy\\._?core\\.", "") + "." + name;
    IObjectConstructor call = CALLS.get(known);
    if (call == null) {
      throw new PickleException("it names the unexpected class " + module + "." + name);
    }
    return call;
  }

  /** State of an array: version, shape, element type, whether in Fortran order, data. */
  private static void setState(ByteArray array, Object[] state) {
    if (Boolean.TRUE.equals(state[3]) || !"u1".equals(state[2])) {
      throw new PickleException("its array must be of uint8 in C order");
    }
    array.data = bytes(state[4]);
  }

  private static Object fromBuffer(Object[] arguments) {
    ByteArray array = new ByteArray();
    setState(
        array,
        new Object[] {1, arguments[2], arguments[1], "F".equals(arguments[3]), arguments[0]});
    return array;
  }

  private static String elementType(Object code) {
    return code.toString().replaceFirst("^[|<>=]", "");
  }

  /** Strings of Python 2 are bytes; the library gives them as text, one character per byte. */
  private static byte[] bytes(Object value) {
    return value instanceof byte[] bytes
        ? bytes
        : ((String) value).getBytes(StandardCharsets.ISO_8859_1);
  }

  /** The entries of the dictionary. */
  static final class Content {
    private final Map<String, Object> entries = new HashMap<>();

    private Content(Map<?, ?> map) {
      map.forEach((key, value) -> entries.put(text(key), value));
    }

    /** The array {@code name}. */
    byte[] array(String name) throws IOException {
      if (entries.get(name) instanceof ByteArray array) {
        return array.data;
      }
      throw new IOException("'" + name + "' must be a NumPy array of uint8");
    }

    /** The list {@code name} of whole numbers. */
    int[] integers(String name) throws IOException {
      int[] integers = new int[list(name).size()];
      for (int i = 0; i < integers.length; i++) {
        if (!(list(name).get(i) instanceof Integer value)) {
          throw new IOException("'" + name + "' must be a list of whole numbers");
        }
        integers[i] = value;
      }
      return integers;
    }

    /** The list {@code name} of strings. */
    List<String> strings(String name) throws IOException {
      return list(name).stream().map(Content::text).toList();
    }

    private List<?> list(String name) throws IOException {
      if (entries.get(name) instanceof List<?> list) {
        return list;
      }
      throw new IOException("'" + name + "' must be a list");
    }

    private static String text(Object value) {
      return value instanceof byte[] bytes
          ? new String(bytes, StandardCharsets.UTF_8)
          : String.valueOf(value);
    }
  }
}
