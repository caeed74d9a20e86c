package longtail.nn.weights;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import net.razorvine.pickle.IObjectConstructor;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.PickleException;
import net.razorvine.pickle.PickleUtils;
import net.razorvine.pickle.Unpickler;

/**
 * One pickle of a checkpoint: containers, numbers, text and tensors. What else it names is refused,
 * so a hostile file can do nothing.
 */
final class TorchPickle extends Unpickler {
  /** Stands for what is of no interest, such as a NumPy scalar. */
  private static final Object OPAQUE = new Object();

  /** What a pickle may call, by module and name. */
  private static final Map<String, IObjectConstructor> CALLS =
      Map.ofEntries(
          Map.entry("collections.OrderedDict", arguments -> new LinkedHashMap<Object, Object>()),
          Map.entry("collections.defaultdict", arguments -> new LinkedHashMap<Object, Object>()),
          Map.entry("collections.Counter", arguments -> OPAQUE),
          Map.entry("torch._utils._rebuild_tensor", TorchPickle::tensor),
          Map.entry("torch._utils._rebuild_tensor_v2", TorchPickle::tensor),
          Map.entry("torch._utils._rebuild_parameter", arguments -> arguments[0]),
          Map.entry("torch.Size", arguments -> OPAQUE),
          Map.entry("torch.device", arguments -> OPAQUE),
          Map.entry("numpy.dtype", arguments -> OPAQUE),
          Map.entry("numpy.core.multiarray.scalar", arguments -> OPAQUE),
          Map.entry("numpy._core.multiarray.scalar", arguments -> OPAQUE),
          Map.entry("_codecs.encode", arguments -> OPAQUE),
          Map.entry("builtins.dict", arguments -> new LinkedHashMap<Object, Object>()),
          Map.entry("__builtin__.dict", arguments -> new LinkedHashMap<Object, Object>()));

  private final Map<String, TorchStorage> storages;

  private TorchPickle(Map<String, TorchStorage> storages) {
    this.storages = storages;
  }

  /**
   * Reads the next pickle of {@code in}; the storages that it names are added to {@code storages}.
   *
   * @throws IOException if it is no such pickle, or damaged
   */
  @SuppressWarnings("CatchingUnchecked")
  static Object read(InputStream in, Map<String, TorchStorage> storages) throws IOException {
    try {
      return new TorchPickle(storages).load(in);
    } catch (RuntimeException e) {
      // the library meets damaged bytes with whatever exception they lead to
      throw new IOException("it is no readable pickle of tensors (" + e.getMessage() + ")", e);
    }
  }

  @Override
  protected Object dispatch(short key) throws PickleException, IOException {
    switch (key) {
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
      case Opcodes.BUILD -> {
        stack.pop(); // attributes of dictionaries and the like
        return NO_RETURN_VALUE;
      }
      case Opcodes.INST, Opcodes.OBJ, Opcodes.PERSID ->
          throw new PickleException("it makes objects in a way that checkpoints do not");
      default -> {
        return super.dispatch(key);
      }
    }
  }

  private static Object known(String module, String name) {
    Optional<ElementType> element =
        module.equals("torch") ? ElementType.ofStorage(name) : Optional.empty();
    if (element.isPresent()) {
      return element.get();
    }
    IObjectConstructor call = CALLS.get(module + "." + name);
    if (call == null) {
      throw new PickleException("it names the unexpected class " + module + "." + name);
    }
    return call;
  }

  /** From {@code ('storage', class, key, device, number of elements[, part of another one])}. */
  private TorchStorage storage(Object[] id) {
    if (!"storage".equals(id[0]) || !(id[1] instanceof ElementType type)) {
      throw new PickleException("it refers to something else than a storage");
    }
    if (id.length > 5 && id[5] != null) {
      throw new PickleException("its storages share memory, as only PyTorch before 0.4 wrote them");
    }
    long length = ((Number) id[4]).longValue();
    return storages.computeIfAbsent((String) id[2], key -> new TorchStorage(type, key, length));
  }

  /** From storage, offset, extents, strides and what is of no interest. */
  private static TorchTensor tensor(Object[] arguments) {
    return new TorchTensor(
        (TorchStorage) arguments[0],
        ((Number) arguments[1]).longValue(),
        longs(arguments[2]),
        longs(arguments[3]));
  }

  private static long[] longs(Object tuple) {
    return Arrays.stream((Object[]) tuple).mapToLong(n -> ((Number) n).longValue()).toArray();
  }
}
