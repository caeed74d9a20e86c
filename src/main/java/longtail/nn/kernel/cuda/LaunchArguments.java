package longtail.nn.kernel.cuda;

import java.util.List;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/** The arguments of one launch as CUDA wants them: an array of their addresses. */
public final class LaunchArguments implements AutoCloseable {
  private static final int MOST = 24;

  private final LongPointer values = new LongPointer(MOST);
  private final PointerPointer<Pointer> places = new PointerPointer<>(MOST);

  /** Room for the arguments of one launch after the other. */
  public LaunchArguments() {
    for (int i = 0; i < MOST; i++) {
      places.put(i, values.getPointer(i));
    }
  }

  /**
   * Writes {@code arguments} for {@code kernel} and returns where their addresses are.
   *
   * @throws IllegalArgumentException if the kernel is unknown or takes others
   */
  public PointerPointer<Pointer> of(String kernel, Object... arguments) {
    List<Parameter> parameters = KernelSource.kernels().get(kernel);
    if (parameters == null) {
      throw new IllegalArgumentException("no kernel is called " + kernel);
    }
    if (parameters.size() != arguments.length) {
      throw new IllegalArgumentException(
          "kernel %s takes %d arguments, not %d"
              .formatted(kernel, parameters.size(), arguments.length));
    }
    for (int i = 0; i < arguments.length; i++) {
      try {
        values.put(i, parameters.get(i).bits(arguments[i]));
      } catch (ClassCastException e) {
        throw new IllegalArgumentException(
            "argument %d of kernel %s must be %s, was %s"
                .formatted(i, kernel, parameters.get(i), arguments[i]),
            e);
      }
    }
    return places;
  }

  @Override
  public void close() {
    values.close();
    places.close();
  }
}
