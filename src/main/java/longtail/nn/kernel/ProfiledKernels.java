package longtail.nn.kernel;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Locale;

/**
 * Kernels that write down how long every call takes. Parts are named by what computes and what it
 * is asked for: {@code convolution backward data}. Nobody pays for it who does not ask for it.
 */
public final class ProfiledKernels {
  private ProfiledKernels() {}

  /** The kernels of {@code kernels}, timed into {@code profile}. */
  public static Kernels of(Kernels kernels, Profile profile) {
    return proxy(
        Kernels.class,
        (self, method, arguments) -> {
          if (method.getReturnType() == void.class) {
            long start = profile.now();
            call(kernels, method, arguments);
            profile.add(words(method.getName()), start, 0);
            return null;
          }
          Object made = call(kernels, method, arguments);
          if (made instanceof Kernels others) {
            return of(others, profile);
          }
          return made instanceof Kernel kernel
              ? timed(method.getReturnType(), kernel, profile, operations(arguments))
              : made;
        });
  }

  private static double operations(Object[] arguments) {
    return arguments[0] instanceof ConvolutionShape shape ? shape.operations() : 0;
  }

  private static <K> K timed(Class<K> kind, Kernel kernel, Profile profile, double operations) {
    String family = words(kind.getSimpleName().replace("Kernel", ""));
    return proxy(
        kind,
        (self, method, arguments) -> {
          if (method.getName().equals("close") || method.getDeclaringClass() == Object.class) {
            return call(kernel, method, arguments);
          }
          if (inherited(kernel, method)) {
            return InvocationHandler.invokeDefault(self, method, arguments);
          }
          long start = profile.now();
          Object result = call(kernel, method, arguments);
          double done = method.getName().equals("load") ? 0 : operations;
          profile.add(family + " " + words(method.getName()), start, done);
          return result;
        });
  }

  /** Whether {@code kernel} leaves {@code method} to its interface, whose parts are then timed. */
  private static boolean inherited(Kernel kernel, Method method) throws NoSuchMethodException {
    return kernel.getClass().getMethod(method.getName(), method.getParameterTypes()).isDefault();
  }

  private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static <K> K proxy(Class<K> kind, InvocationHandler handler) {
    return kind.cast(Proxy.newProxyInstance(kind.getClassLoader(), new Class<?>[] {kind}, handler));
  }

  /** {@code backwardData} as {@code backward data}. */
  private static String words(String name) {
    return name.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
  }
}
