package longtail.nn.kernel;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import longtail.nn.kernel.cuda.Device;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Kernels of a device for arrays in the host's memory: every call carries its arrays over,
 * computes, and carries back what has changed. Right, and slow: it is for checking a device against
 * the host.
 */
final class TransferredKernels {
  private final Device device;

  private TransferredKernels(Device device) {
    this.device = device;
  }

  /** The kernels of {@code own}, whose arrays are on {@code device}, for arrays of the host. */
  static Kernels of(Kernels own, Device device) {
    TransferredKernels transfers = new TransferredKernels(device);
    return proxy(
        Kernels.class,
        (self, method, arguments) -> {
          Object made = transfers.call(own, method, arguments);
          return made instanceof Kernel kernel
              ? transfers.transferred(method.getReturnType(), kernel)
              : made == own ? self : made;
        });
  }

  private <K> K transferred(Class<K> kind, Kernel kernel) {
    return proxy(
        kind,
        (self, method, arguments) ->
            method.isDefault() && !method.getName().equals("close")
                ? InvocationHandler.invokeDefault(self, method, arguments)
                : call(kernel, method, arguments));
  }

  private static <K> K proxy(Class<K> kind, InvocationHandler handler) {
    return kind.cast(Proxy.newProxyInstance(kind.getClassLoader(), new Class<?>[] {kind}, handler));
  }

  private Object call(Object target, Method method, Object[] arguments) throws Throwable {
    try (Guests guests = new Guests(device)) {
      Object[] there = arguments == null ? new Object[0] : new Object[arguments.length];
      for (int i = 0; i < there.length; i++) {
        there[i] = guests.of(arguments[i]);
      }
      Object result = method.invoke(target, there);
      guests.carryBack();
      return result;
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /** The arrays of one call on the device; one array of the host is one there, however often. */
  private static final class Guests implements AutoCloseable {
    private final Device device;
    private final Map<Long, Guest> guests = new HashMap<>();

    Guests(Device device) {
      this.device = device;
    }

    Object of(Object argument) {
      if (argument instanceof INDArray array) {
        return array(array);
      }
      if (argument instanceof ScaleAndShift affine) {
        return new ScaleAndShift(array(affine.scale()), array(affine.shift()));
      }
      if (argument instanceof Moments moments) {
        return new Moments(array(moments.mean()), array(moments.variance()));
      }
      return argument;
    }

    private INDArray array(INDArray home) {
      Guest guest = guests.computeIfAbsent(Slot.address(home), address -> new Guest(home, device));
      return guest.array;
    }

    void carryBack() {
      guests.values().forEach(Guest::carryBack);
    }

    @Override
    public void close() {
      guests.values().forEach(Guest::close);
    }
  }

  private static final class Guest {
    private final Device device;
    private final Pointer home;
    private final long bytes;
    private final long address;
    private final INDArray array;

    Guest(INDArray host, Device device) {
      this.device = device;
      bytes = host.length() * host.dataType().width();
      home = new OneDnn.Address(Slot.address(host));
      address = device.allocate(bytes);
      device.upload(home, address, bytes);
      array =
          Nd4j.create(
              Nd4j.createBuffer(new OneDnn.Address(address), host.length(), host.dataType()),
              host.shape());
    }

    /** What a kernel only reads may belong to other threads too: it is not written. */
    void carryBack() {
      try (BytePointer now = new BytePointer(bytes)) {
        device.download(address, now, bytes);
        if (Pointer.memcmp(home, now, bytes) != 0) {
          Pointer.memcpy(home, now, bytes);
        }
      }
    }

    void close() {
      device.free(address);
    }
  }
}
