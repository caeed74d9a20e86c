package longtail.nn.weights;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import longtail.ErrorCode;
import longtail.LongTailException;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.utils.SeekableInMemoryByteChannel;

/**
 * The tensors of a file that {@code torch.save} wrote, in the zip container or in the older stream
 * of pickles, or of a {@link Safetensors} file. A file of {@code torch.save} holds the parameters
 * themselves or, under one of the usual names, among other things such as optimiser state.
 */
public final class TorchCheckpoint {
  private static final List<String> STATE =
      List.of("state_dict", "state_dict_best", "model_state_dict", "model");
  private static final String MAGIC = "119547037146038801333356";

  private final String source;
  private final Map<String, TorchTensor> tensors;

  private TorchCheckpoint(String source, Map<String, TorchTensor> tensors) {
    this.source = source;
    this.tensors = tensors;
  }

  /**
   * Reads {@code in} to its end; {@code source} names it in messages.
   *
   * @throws LongTailException (DATA) if it is no checkpoint, or one that holds more than tensors,
   *     numbers, text and containers
   */
  public static TorchCheckpoint read(InputStream in, String source) {
    try {
      byte[] file = in.readAllBytes();
      Map<String, TorchTensor> tensors =
          Safetensors.begins(file) ? Safetensors.read(file) : pickled(file);
      if (tensors.isEmpty()) {
        throw new IOException("it holds no tensors by name");
      }
      return new TorchCheckpoint(source, Collections.unmodifiableMap(tensors));
    } catch (IOException | IllegalArgumentException | ArithmeticException e) {
      throw new LongTailException(
          ErrorCode.DATA,
          "Cannot read the PyTorch checkpoint %s: %s; save the state dictionary alone with torch.save(model.state_dict(), file)"
              .formatted(source, e.getMessage()),
          e);
    }
  }

  private static Map<String, TorchTensor> pickled(byte[] file) throws IOException {
    boolean zip = file.length > 1 && file[0] == 'P' && file[1] == 'K';
    Map<String, TorchTensor> tensors = new LinkedHashMap<>();
    collect("", state(zip ? zip(file) : legacy(file)), tensors);
    return tensors;
  }

  private static Object zip(byte[] file) throws IOException {
    try (ZipFile zip = new ZipFile(new SeekableInMemoryByteChannel(file))) {
      String folder = "";
      for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
        if (entry.getName().endsWith("data.pkl")) {
          folder = entry.getName().substring(0, entry.getName().length() - "data.pkl".length());
        }
      }
      if (zip.getEntry(folder + "byteorder") != null
          && !new String(entry(zip, folder + "byteorder"), StandardCharsets.US_ASCII)
              .strip()
              .equals("little")) {
        throw new IOException("it was written on a big-endian machine");
      }
      Map<String, TorchStorage> storages = new HashMap<>();
      Object root =
          TorchPickle.read(new ByteArrayInputStream(entry(zip, folder + "data.pkl")), storages);
      for (TorchStorage storage : storages.values()) {
        storage.fill(entry(zip, folder + "data/" + storage.key()));
      }
      return root;
    }
  }

  private static byte[] entry(ZipFile zip, String name) throws IOException {
    ZipArchiveEntry entry = zip.getEntry(name);
    if (entry == null) {
      throw new IOException("its zip has no entry " + name);
    }
    try (InputStream in = zip.getInputStream(entry)) {
      return in.readAllBytes();
    }
  }

  /** Pickles of magic number, version, machine, objects and keys; then the storages. */
  private static Object legacy(byte[] file) throws IOException {
    ByteArrayInputStream in = new ByteArrayInputStream(file);
    Map<String, TorchStorage> storages = new HashMap<>();
    if (!MAGIC.equals(String.valueOf(TorchPickle.read(in, storages)))) {
      throw new IOException("it does not begin as a file of torch.save");
    }
    TorchPickle.read(in, storages);
    TorchPickle.read(in, storages);
    Object root = TorchPickle.read(in, storages);
    if (!(TorchPickle.read(in, storages) instanceof List<?> keys)) {
      throw new IOException("its list of storages is missing");
    }
    for (Object key : keys) {
      TorchStorage storage = storages.get(String.valueOf(key));
      if (storage == null) {
        throw new IOException("no tensor names its storage " + key);
      }
      exactly(in, Long.BYTES); // the number of elements once more
      storage.fill(exactly(in, Math.toIntExact(storage.size())));
    }
    return root;
  }

  private static byte[] exactly(InputStream in, int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("it ends in the middle of a storage");
    }
    return bytes;
  }

  /** The part of the file that holds the parameters. */
  private static Map<?, ?> state(Object root) throws IOException {
    if (!(root instanceof Map<?, ?> map)) {
      throw new IOException("it holds no dictionary");
    }
    for (String name : STATE) {
      if (map.get(name) instanceof Map<?, ?> inner) {
        return inner;
      }
    }
    return map;
  }

  private static void collect(String prefix, Map<?, ?> map, Map<String, TorchTensor> into) {
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      String name = prefix + entry.getKey();
      if (entry.getValue() instanceof TorchTensor tensor) {
        into.put(name, tensor);
      } else if (entry.getValue() instanceof Map<?, ?> inner) {
        collect(name + ".", inner, into);
      }
    }
  }

  /** Where the checkpoint came from. */
  public String source() {
    return source;
  }

  /** The tensors by the names in the file; those of nested dictionaries joined with dots. */
  public Map<String, TorchTensor> tensors() {
    return tensors;
  }
}
