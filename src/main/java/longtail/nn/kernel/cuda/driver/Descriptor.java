package longtail.nn.kernel.cuda.driver;

import static org.bytedeco.cuda.global.cudnn.CUDNN_STATUS_SUCCESS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_BACKEND_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_FLOAT;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_HANDLE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_INT64;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_VOID_PTR;
import static org.bytedeco.cuda.global.cudnn.cudnnBackendCreateDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnBackendDestroyDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnBackendFinalize;
import static org.bytedeco.cuda.global.cudnn.cudnnBackendGetAttribute;
import static org.bytedeco.cuda.global.cudnn.cudnnBackendSetAttribute;
import static org.bytedeco.cuda.global.cudnn.cudnnGetErrorString;

import java.util.Arrays;
import longtail.ErrorCode;
import longtail.LongTailException;
import org.bytedeco.cuda.cudnn.cudnnBackendDescriptor_t;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/** A descriptor of cuDNN's backend: attributes are set, then it is finished and does not change. */
final class Descriptor implements AutoCloseable {
  private final String what;
  private final cudnnBackendDescriptor_t own = new cudnnBackendDescriptor_t();

  /**
   * An empty one.
   *
   * @param what what it describes, for messages
   * @param kind of cuDNN's kinds
   */
  Descriptor(String what, int kind) {
    this.what = what;
    check(cudnnBackendCreateDescriptor(kind, own));
  }

  private void check(int status) {
    if (status != CUDNN_STATUS_SUCCESS) {
      throw new LongTailException(
          ErrorCode.TRAINING,
          "cuDNN refuses the %s: %s".formatted(what, cudnnGetErrorString(status).getString()));
    }
  }

  /** Sets an attribute to values of an enumeration. */
  Descriptor setValues(int name, int type, int... values) {
    try (IntPointer numbers = new IntPointer(values)) {
      check(cudnnBackendSetAttribute(own, name, type, values.length, numbers));
    }
    return this;
  }

  /** Sets an attribute to whole numbers. */
  Descriptor setNumbers(int name, long... values) {
    try (LongPointer numbers = new LongPointer(values)) {
      check(cudnnBackendSetAttribute(own, name, CUDNN_TYPE_INT64, values.length, numbers));
    }
    return this;
  }

  /** Sets an attribute to one number. */
  Descriptor setFactor(int name, float value) {
    try (FloatPointer number = new FloatPointer(value)) {
      check(cudnnBackendSetAttribute(own, name, CUDNN_TYPE_FLOAT, 1, number));
    }
    return this;
  }

  /** Sets an attribute to descriptors. */
  Descriptor setParts(int name, Descriptor... values) {
    Pointer[] addresses = Arrays.stream(values).map(value -> value.own).toArray(Pointer[]::new);
    return pointers(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, addresses);
  }

  /** Sets an attribute to the handle. */
  Descriptor setHandle(int name, cudnnContext handle) {
    return pointers(name, CUDNN_TYPE_HANDLE, handle);
  }

  /** Sets an attribute to addresses of the device. */
  Descriptor setAddresses(int name, long... addresses) {
    try (LongPointer numbers = new LongPointer(addresses)) {
      check(cudnnBackendSetAttribute(own, name, CUDNN_TYPE_VOID_PTR, addresses.length, numbers));
    }
    return this;
  }

  private Descriptor pointers(int name, int type, Pointer... values) {
    try (PointerPointer<Pointer> addresses = new PointerPointer<>(values)) {
      check(cudnnBackendSetAttribute(own, name, type, values.length, addresses));
    }
    return this;
  }

  /**
   * Finishes it.
   *
   * @throws LongTailException if the attributes do not fit each other
   */
  Descriptor finish() {
    check(cudnnBackendFinalize(own));
    return this;
  }

  /** Finishes it, or says that cuDNN does not do it. */
  boolean finishes() {
    return cudnnBackendFinalize(own) == CUDNN_STATUS_SUCCESS;
  }

  /** A whole number of a finished one. */
  long number(int name) {
    try (LongPointer value = new LongPointer(1)) {
      check(cudnnBackendGetAttribute(own, name, CUDNN_TYPE_INT64, 1, new long[1], value));
      return value.get();
    }
  }

  /** Values of an enumeration of a finished one, {@code most} at most. */
  int[] values(int name, int type, int most) {
    long[] count = new long[1];
    try (IntPointer values = new IntPointer((long) most)) {
      check(cudnnBackendGetAttribute(own, name, type, most, count, values));
      int[] found = new int[Math.toIntExact(Math.min(most, count[0]))];
      values.get(found);
      return found;
    }
  }

  /** Fills {@code into}, unfinished ones, from a finished one; returns how many it filled. */
  int read(int name, Descriptor... into) {
    long[] count = new long[1];
    Pointer[] addresses = Arrays.stream(into).map(one -> one.own).toArray(Pointer[]::new);
    try (PointerPointer<Pointer> places = new PointerPointer<>(addresses)) {
      check(
          cudnnBackendGetAttribute(
              own, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, into.length, count, places));
    }
    return Math.toIntExact(Math.min(into.length, count[0]));
  }

  /** What cuDNN has. */
  cudnnBackendDescriptor_t own() {
    return own;
  }

  @Override
  public void close() {
    if (!own.isNull()) {
      cudnnBackendDestroyDescriptor(own);
      own.setNull();
    }
  }
}
