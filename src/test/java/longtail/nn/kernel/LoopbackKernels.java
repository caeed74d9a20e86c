package longtail.nn.kernel;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.IdentityHashMap;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Kernels whose arrays are in {@link LoopbackMemory}: each call finds their numbers and computes by
 * kernels of the host.
 */
final class LoopbackKernels {
  private static final LoopbackMemory MEMORY = LoopbackMemory.INSTANCE;

  private LoopbackKernels() {}

  static Kernels of(Kernels host) {
    return proxy(
        Kernels.class,
        (method, arguments) ->
            switch (method.getName()) {
              case "name" -> "loopback";
              case "memory" -> MEMORY;
              case "onHost" -> host;
              default -> {
                Object made = call(host, method, found(arguments));
                if (made instanceof Kernels others) {
                  yield of(others);
                }
                yield made instanceof Kernel kernel ? kernel(method.getReturnType(), kernel) : made;
              }
            });
  }

  private static <K> K kernel(Class<K> kind, Kernel kernel) {
    return proxy(
        kind,
        (method, arguments) -> {
          if (method.getName().equals("load")) {
            for (Object weights : arguments) {
              if (MEMORY.has((INDArray) weights)) {
                throw new AssertionError("weights are loaded from the host");
              }
            }
            return call(kernel, method, arguments);
          }
          return call(kernel, method, found(arguments));
        });
  }

  /** The arguments as the host has them; what is one array for the caller stays one. */
  private static Object[] found(Object... arguments) {
    if (arguments == null) {
      return new Object[0];
    }
    IdentityHashMap<INDArray, INDArray> known = new IdentityHashMap<>();
    return Arrays.stream(arguments).map(argument -> found(argument, known)).toArray();
  }

  private static Object found(Object argument, IdentityHashMap<INDArray, INDArray> known) {
    if (argument instanceof INDArray array) {
      return numbers(array, known);
    }
    if (argument instanceof ScaleAndShift both) {
      return new ScaleAndShift(numbers(both.scale(), known), numbers(both.shift(), known));
    }
    if (argument instanceof Moments both) {
      return new Moments(numbers(both.mean(), known), numbers(both.variance(), known));
    }
    return argument;
  }

  private static INDArray numbers(INDArray array, IdentityHashMap<INDArray, INDArray> known) {
    return known.computeIfAbsent(array, MEMORY::numbers);
  }

  private interface Handler {
    Object handle(Method method, Object... arguments) throws Throwable;
  }

  private static Object call(Object target, Method method, Object... arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static <K> K proxy(Class<K> kind, Handler handler) {
    return kind.cast(
        Proxy.newProxyInstance(
            kind.getClassLoader(),
            new Class<?>[] {kind},
            (self, method, arguments) -> handler.handle(method, arguments)));
  }
}
