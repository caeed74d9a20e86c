package longtail.nn.kernel;

import java.util.function.Consumer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Whose memory the arrays of a network are in: values of a pass, parameters, gradients, state of an
 * optimiser. All that is done to them outside of a {@link Kernel} is done here.
 *
 * <p>On the host they are ordinary arrays, and everything here costs what ND4J's operation costs.
 * In the memory of a device an array is a handle: it may be cut into contiguous views and reshaped
 * in C order, but no operation of ND4J may read or write it. What stays on the host by choice goes
 * through {@link #host} and {@link #change}.
 *
 * <p>Arrays are contiguous, in C order, and float32 or float64 where nothing else is said. One
 * memory serves all sets of kernels of one name in a process.
 */
public interface KernelMemory {
  /** ND4J's own arrays. */
  static KernelMemory ofHost() {
    return HostMemory.INSTANCE;
  }

  /** Whether these are ND4J's own arrays, which ND4J's operations and Java may touch. */
  boolean onHost();

  /**
   * A new array with whatever numbers; {@link #free} ends it.
   *
   * @throws longtail.LongTailException (CONFIG) if there is no memory for it
   */
  INDArray allocate(DataType type, long... shape);

  /** Ends an array that {@link #allocate} gave; null and a second call do no harm. */
  void free(INDArray array);

  /** Copies numbers of the host into as many of this memory and the same type. */
  void upload(INDArray from, INDArray to);

  /** Copies numbers of this memory into as many of the host and the same type. */
  void download(INDArray from, INDArray to);

  /** Sets all numbers, of any type, to {@code value}. */
  void fill(INDArray array, double value);

  /** Copies numbers of any type within this memory. */
  void copy(INDArray from, INDArray to);

  /** {@code running = kept * running + added * batch}. */
  void blend(INDArray running, double kept, INDArray batch, double added);

  /** {@code average += part * (target - average)}. */
  void moveTowards(INDArray average, INDArray target, double part);

  /**
   * Multiplies parts of a flat vector by {@code factor}.
   *
   * @param bounds first element of a part and the one behind its last, part by part
   */
  void scale(INDArray vector, double factor, long... bounds);

  /**
   * Sum of the squares of parts of a flat vector, in float64; of float32 numbers it is finite
   * exactly if all of them are.
   *
   * @param bounds first element of a part and the one behind its last, part by part
   */
  double sumOfSquares(INDArray vector, long... bounds);

  /**
   * Changes parts of {@code parameters} by stochastic gradient descent.
   *
   * @param gradients of the same length; left unchanged
   * @param velocity of the same length; without momentum it is ignored and may be null
   * @param bounds first element of a part and the one behind its last, part by part
   */
  void step(
      INDArray parameters, INDArray gradients, INDArray velocity, SgdStep step, long... bounds);

  /**
   * Changes parts of {@code parameters} by Adam.
   *
   * @param gradients of the same length; left unchanged
   * @param moments mean gradients, then mean squared ones: twice as long
   * @param bounds first element of a part and the one behind its last, part by part
   */
  void step(
      INDArray parameters, INDArray gradients, INDArray moments, AdamStep step, long... bounds);

  /** The numbers of {@code array} for the host: on the host itself, else a copy. */
  default INDArray host(INDArray array) {
    if (onHost() || array.isEmpty()) {
      return array;
    }
    INDArray copy = HostMemory.INSTANCE.allocate(array.dataType(), array.shape());
    download(array, copy);
    return copy;
  }

  /**
   * Changes {@code array} on the host: on the host in place, else by a copy that comes back.
   *
   * @param work changes the array that it is given and keeps none of it
   */
  default void change(INDArray array, Consumer<INDArray> work) {
    INDArray host = host(array);
    work.accept(host);
    if (host != array) {
      upload(host, array);
      HostMemory.INSTANCE.free(host);
    }
  }
}
