package longtail.nn.kernel;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What crosses between the host and a {@link KernelMemory} again and again: each thing that does
 * has a key, and an array that it is copied into every time. Where the memory is the host's, arrays
 * are handed on as they are.
 */
public final class Transfers implements AutoCloseable {
  private final KernelMemory memory;
  private final Map<Object, INDArray> uploaded = new HashMap<>();
  private final Map<Object, INDArray> downloaded = new HashMap<>();

  /** Transfers to and from {@code memory}. */
  public Transfers(KernelMemory memory) {
    this.memory = memory;
  }

  /** The numbers of {@code host} in the memory, until the next ones with this key. */
  public INDArray up(Object key, INDArray host) {
    if (memory.onHost()) {
      return host;
    }
    INDArray known = uploaded.get(key);
    INDArray array = place(uploaded, memory, key, host);
    if (known != array) {
      memory.free(known);
    }
    memory.upload(host, array);
    return array;
  }

  /** The numbers of {@code array} on the host, until the next ones with this key. */
  public INDArray down(Object key, INDArray array) {
    if (memory.onHost()) {
      return array;
    }
    INDArray host = place(downloaded, KernelMemory.ofHost(), key, array);
    memory.download(array, host);
    return host;
  }

  /** Where {@link #down} copies to, as it is. */
  public INDArray onHost(Object key, INDArray array) {
    return memory.onHost() ? array : place(downloaded, KernelMemory.ofHost(), key, array);
  }

  private static INDArray place(
      Map<Object, INDArray> places, KernelMemory of, Object key, INDArray like) {
    INDArray known = places.get(key);
    if (known != null
        && known.dataType() == like.dataType()
        && Arrays.equals(known.shape(), like.shape())) {
      return known;
    }
    INDArray fresh = of.allocate(like.dataType(), like.shape());
    places.put(key, fresh);
    return fresh;
  }

  @Override
  public void close() {
    uploaded.values().forEach(memory::free);
    uploaded.clear();
    downloaded.clear(); // whoever was given one may still read it
  }
}
