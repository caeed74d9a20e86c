package longtail.nn.weights;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import longtail.dataset.PickleLengths;
import net.razorvine.pickle.IObjectConstructor;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.PickleException;
import net.razorvine.pickle.PickleUtils;
import net.razorvine.pickle.Unpickler;

/**
 * One pickle of a checkpoint: containers, numbers, text and tensors. What else it names becomes an
 * {@link Opaque} value and is never looked up, so that a hostile file can do nothing and foreign
 * objects beside the weights do not matter.
 */
final class TorchPickle extends Unpickler {
  /** Stands for numbers and sizes that are of no interest, and are not worth a note. */
  private static final Object OPAQUE = new Opaque("a number");

  /** What a pickle may call, by module and name. */
  private static final Map<String, IObjectConstructor> CALLS =
      Map.ofEntries(
          Map.entry("collections.OrderedDict", TorchPickle::dictionary),
          Map.entry("collections.defaultdict", arguments -> new LinkedHashMap<Object, Object>()),
          Map.entry("collections.Counter", arguments -> OPAQUE),
          Map.entry("torch._utils._rebuild_tensor", TorchPickle::tensor),
          Map.entry("torch._utils._rebuild_tensor_v2", TorchPickle::tensor),
          Map.entry("torch._utils._rebuild_parameter", arguments -> arguments[0]),
          Map.entry("torch._utils._rebuild_parameter_with_state", arguments -> arguments[0]),
          Map.entry("torch._tensor._rebuild_from_type_v2", TorchPickle::subclass),
          Map.entry("torch.Size", arguments -> OPAQUE),
          Map.entry("torch.device", arguments -> OPAQUE),
          Map.entry("numpy.dtype", arguments -> OPAQUE),
          Map.entry("numpy.core.multiarray.scalar", arguments -> OPAQUE),
          Map.entry("numpy._core.multiarray.scalar", arguments -> OPAQUE),
          Map.entry("_codecs.encode", arguments -> OPAQUE),
          Map.entry("builtins.dict", arguments -> new LinkedHashMap<Object, Object>()),
          Map.entry("__builtin__.dict", arguments -> new LinkedHashMap<Object, Object>()));

  private final Map<String, TorchStorage> storages;
  private final Set<String> foreign;

  private TorchPickle(Map<String, TorchStorage> storages, Set<String> foreign) {
    this.storages = storages;
    this.foreign = foreign;
  }

  /**
   * Reads the next pickle of {@code in}; the storages that it names are added to {@code storages},
   * the classes that were passed over to {@code foreign}.
   *
   * @throws IOException if it is no such pickle, or damaged
   */
  @SuppressWarnings("CatchingUnchecked")
  static Object read(InputStream in, Map<String, TorchStorage> storages, Set<String> foreign)
      throws IOException {
    try {
      return new TorchPickle(storages, foreign).load(in);
    } catch (RuntimeException e) {
      // the library meets damaged bytes with whatever exception they lead to
      throw new IOException("it is no readable pickle of tensors (" + e.getMessage() + ")", e);
    }
  }

  /** Longest number in decimal digits: to read one takes the square of their count. */
  private static final int MOST_DIGITS = 1000;

  @Override
  protected Object dispatch(short key) throws PickleException, IOException {
    PickleLengths.require(key, input);
    switch (key) {
      case Opcodes.LONG, Opcodes.INT -> {
        String digits = PickleUtils.readline(input, true);
        if (digits.length() > MOST_DIGITS) {
          throw new PickleException("it has a number of %d digits".formatted(digits.length()));
        }
        stack.add(number(digits.strip()));
        return NO_RETURN_VALUE;
      }
      case Opcodes.DICT -> {
        List<?> elements = stack.pop_all_since_marker();
        stack.add(new LinkedHashMap<Object, Object>());
        fill(elements);
        return NO_RETURN_VALUE;
      }
      case Opcodes.FROZENSET -> {
        stack.pop_all_since_marker();
        stack.add(OPAQUE);
        return NO_RETURN_VALUE;
      }
      case Opcodes.GLOBAL -> {
        String module = PickleUtils.readline(input);
        stack.add(known(module, PickleUtils.readline(input)));
        return NO_RETURN_VALUE;
      }
      case Opcodes.STACK_GLOBAL -> {
        String name = (String) stack.pop();
        stack.add(known((String) stack.pop(), name));
        return NO_RETURN_VALUE;
      }
      case Opcodes.BINPERSID -> {
        stack.add(storage((Object[]) stack.pop()));
        return NO_RETURN_VALUE;
      }
      case Opcodes.REDUCE, Opcodes.NEWOBJ -> {
        Object arguments = stack.pop();
        stack.add(called(stack.pop(), arguments));
        return NO_RETURN_VALUE;
      }
      case Opcodes.NEWOBJ_EX -> {
        stack.pop(); // arguments by name
        stack.pop();
        stack.add(called(stack.pop(), null));
        return NO_RETURN_VALUE;
      }
      case Opcodes.INST -> {
        String module = PickleUtils.readline(input);
        Object made = called(known(module, PickleUtils.readline(input)), null);
        stack.pop_all_since_marker();
        stack.add(made);
        return NO_RETURN_VALUE;
      }
      case Opcodes.OBJ -> {
        stack.add(called(stack.pop_all_since_marker().get(0), null));
        return NO_RETURN_VALUE;
      }
      case Opcodes.PERSID -> throw new PickleException("it refers to objects outside of the file");
      case Opcodes.BUILD -> {
        Object state = stack.pop(); // of dictionaries and tensors it is of no interest
        if (stack.peek() instanceof Opaque object) {
          object.attributes(state);
        }
        return NO_RETURN_VALUE;
      }
      case Opcodes.APPEND -> {
        Object element = stack.pop();
        fill(Collections.singletonList(element));
        return NO_RETURN_VALUE;
      }
      case Opcodes.SETITEM -> {
        Object value = stack.pop();
        fill(Arrays.asList(stack.pop(), value));
        return NO_RETURN_VALUE;
      }
      case Opcodes.APPENDS, Opcodes.SETITEMS, Opcodes.ADDITEMS -> {
        fill(stack.pop_all_since_marker());
        return NO_RETURN_VALUE;
      }
      default -> {
        return super.dispatch(key);
      }
    }
  }

  private static Object number(String digits) {
    return switch (digits) {
      case "00" -> false;
      case "01" -> true;
      default -> new BigInteger(digits.endsWith("L") ? digits.replaceFirst("L$", "") : digits);
    };
  }

  /**
   * Python hashes no containers but tuples; here their hash would be that of all they hold, which a
   * file can make as long as it likes.
   */
  private static void put(Map<Object, Object> map, Object key, Object value) {
    if (key instanceof Map || key instanceof Collection) {
      throw new PickleException("a container is the key of a dictionary");
    }
    map.put(key, value);
  }

  /** Puts elements into the container below them; foreign containers and sets stay empty. */
  @SuppressWarnings("unchecked")
  private void fill(List<?> elements) {
    Object container = stack.peek();
    if (container instanceof Map) {
      Map<Object, Object> map = (Map<Object, Object>) container;
      for (int i = 0; i + 1 < elements.size(); i += 2) {
        put(map, elements.get(i), elements.get(i + 1));
      }
    } else if (container instanceof List) {
      ((Collection<Object>) container).addAll(elements);
    }
  }

  /** What {@code callable} makes: a container, a tensor, or nothing that is of interest. */
  private static Object called(Object callable, Object arguments) throws PickleException {
    if (callable instanceof IObjectConstructor constructor) {
      Object[] list = arguments instanceof Object[] array ? array : new Object[0];
      return constructor.construct(list);
    }
    return new Opaque(callable instanceof String name ? name : "an object");
  }

  private Object known(String module, String name) {
    Optional<ElementType> element =
        module.equals("torch") ? ElementType.ofStorage(name) : Optional.empty();
    if (element.isPresent()) {
      return element.get();
    }
    IObjectConstructor call = CALLS.get(module + "." + name);
    if (call == null) {
      foreign.add(module + "." + name);
      return new Opaque(module + "." + name);
    }
    return call;
  }

  /** From {@code ('storage', class, key, device, number of elements[, part of another one])}. */
  private Object storage(Object[] id) {
    if ("module".equals(id[0]) && id.length > 1) {
      return id[1]; // the class of a module, which older versions saved with its source text
    }
    if (!"storage".equals(id[0])) {
      throw new PickleException("it refers to something else than a storage");
    }
    if (!(id[1] instanceof ElementType type)) {
      return new Opaque(id[1] instanceof Opaque kind ? kind.toString() : "a storage");
    }
    if (id.length > 5 && id[5] != null) {
      throw new PickleException("its storages share memory, as only PyTorch before 0.4 wrote them");
    }
    long length = ((Number) id[4]).longValue();
    return storages.computeIfAbsent((String) id[2], key -> new TorchStorage(type, key, length));
  }

  /** From storage, offset, extents, strides and what is of no interest. */
  private static Object tensor(Object[] arguments) {
    if (!(arguments[0] instanceof TorchStorage storage)) {
      return arguments[0];
    }
    return new TorchTensor(
        storage, ((Number) arguments[1]).longValue(), longs(arguments[2]), longs(arguments[3]));
  }

  /** From the function that makes the plain tensor, the class, and the function's arguments. */
  private static Object subclass(Object[] arguments) throws PickleException {
    return called(arguments[0], arguments[2]);
  }

  /** Empty, or from the list of pairs that Python 2 wrote. */
  private static Object dictionary(Object[] arguments) {
    Map<Object, Object> dictionary = new LinkedHashMap<>();
    if (arguments.length > 0 && arguments[0] instanceof List<?> pairs) {
      for (Object pair : pairs) {
        Object[] entry = pair instanceof List<?> list ? list.toArray() : (Object[]) pair;
        put(dictionary, entry[0], entry[1]);
      }
    }
    return dictionary;
  }

  private static long[] longs(Object tuple) {
    return Arrays.stream((Object[]) tuple).mapToLong(n -> ((Number) n).longValue()).toArray();
  }
}
