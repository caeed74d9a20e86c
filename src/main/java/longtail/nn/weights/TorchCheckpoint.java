package longtail.nn.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
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
      List.of(
          "state_dict",
          "state_dict_best",
          "model_state_dict",
          "model",
          "net",
          "network",
          "params",
          "weights",
          "state_dict_ema",
          "model_ema",
          "ema");
  private static final String MAGIC = "119547037146038801333356";

  /** {@code torch.save} does not deflate; who did gains little, but for what holds zeros alone. */
  private static final long MOST_INFLATION = 16;

  private static final long LEAST_ROOM = 256L << 20;

  /** Dictionaries within dictionaries; no network has as many parts within parts. */
  private static final int DEEPEST = 64;

  private static final int LONGEST_NAME = 1000;

  private final String source;
  private final Map<String, TorchTensor> tensors;

  private final Set<String> foreign;

  private TorchCheckpoint(String source, Map<String, TorchTensor> tensors, Set<String> foreign) {
    this.source = source;
    this.tensors = tensors;
    this.foreign = foreign;
  }

  /**
   * Reads {@code in} to its end; {@code source} names it in messages.
   *
   * <p>Objects that are neither tensors, numbers, text nor containers are passed over unread.
   *
   * @throws LongTailException (DATA) if it is no checkpoint, is damaged, or holds no tensors
   */
  public static TorchCheckpoint read(InputStream in, String source) {
    try {
      byte[] file = in.readAllBytes();
      requireNoOtherFile(file);
      Set<String> foreign = new TreeSet<>();
      Map<String, TorchTensor> tensors =
          Safetensors.begins(file) ? Safetensors.read(file, foreign) : pickled(file, foreign);
      if (tensors.isEmpty()) {
        throw new IOException(
            "it holds no tensors by name"
                + (foreign.isEmpty() ? "" : ", but " + String.join(", ", foreign)));
      }
      return new TorchCheckpoint(source, Collections.unmodifiableMap(tensors), foreign);
    } catch (OutOfMemoryError | StackOverflowError e) {
      throw new LongTailException(
          ErrorCode.DATA,
          "Cannot read the PyTorch checkpoint %s: it claims more, or is nested deeper, than the memory holds (%s)"
              .formatted(source, e),
          e);
    } catch (JsonProcessingException e) {
      throw unreadable(source, "its header is damaged: " + e.getOriginalMessage(), e);
    } catch (ArithmeticException e) {
      throw unreadable(source, "it claims sizes that cannot be (%s)".formatted(e.getMessage()), e);
    } catch (IOException | IllegalArgumentException e) {
      throw unreadable(source, String.valueOf(e.getMessage()), e);
    }
  }

  /** What often lies where a checkpoint should be. */
  private static void requireNoOtherFile(byte[] file) throws IOException {
    String start = new String(file, 0, Math.min(file.length, 64), StandardCharsets.ISO_8859_1);
    String text = start.stripLeading().toLowerCase(Locale.ROOT);
    if (file.length == 0) {
      throw new IOException("the file is empty");
    } else if (text.startsWith("version https://git-lfs")) {
      throw new IOException("it only points to the weights: fetch them with git lfs pull");
    } else if (text.startsWith("<!doctype")
        || text.startsWith("<html")
        || text.startsWith("<?xml")) {
      throw new IOException("it is a web page, such as that of a download which failed");
    } else if (start.startsWith("\u001F\u008B")) {
      throw new IOException("it is packed by gzip: unpack it first");
    }
  }

  private static LongTailException unreadable(String source, String reason, Exception cause) {
    return new LongTailException(
        ErrorCode.DATA,
        "Cannot read the PyTorch checkpoint %s: %s; save the state dictionary alone with torch.save(model.state_dict(), file)"
            .formatted(source, reason.lines().findFirst().orElse("")),
        cause);
  }

  private static Map<String, TorchTensor> pickled(byte[] file, Set<String> foreign)
      throws IOException {
    boolean zip = file.length > 1 && file[0] == 'P' && file[1] == 'K';
    Map<String, TorchTensor> tensors = new LinkedHashMap<>();
    collect("", state(zip ? zip(file, foreign) : legacy(file, foreign)), 0, tensors, entered());
    return tensors;
  }

  private static Object zip(byte[] file, Set<String> foreign) throws IOException {
    try (ZipFile zip = new ZipFile(new SeekableInMemoryByteChannel(file))) {
      long room = Math.max(LEAST_ROOM, MOST_INFLATION * file.length);
      String folder = "";
      for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
        if (entry.getName().endsWith("data.pkl")) {
          folder = entry.getName().substring(0, entry.getName().length() - "data.pkl".length());
        }
      }
      if (zip.getEntry(folder + "byteorder") != null
          && !new String(entry(zip, folder + "byteorder", 64), StandardCharsets.US_ASCII)
              .strip()
              .equals("little")) {
        throw new IOException("it was written on a big-endian machine");
      }
      Map<String, TorchStorage> storages = new HashMap<>();
      byte[] pickle = entry(zip, folder + "data.pkl", room);
      Object root = TorchPickle.read(new ByteArrayInputStream(pickle), storages, foreign);
      room -= pickle.length;
      for (TorchStorage storage : storages.values()) {
        byte[] content = entry(zip, folder + "data/" + storage.key(), storage.size());
        room -= content.length;
        if (room < 0) {
          throw new IOException("its zip inflates to more than weights do");
        }
        storage.fill(content);
      }
      return root;
    }
  }

  /**
   * No more of the entry than one byte above {@code most}, which is all that is needed to refuse.
   */
  private static byte[] entry(ZipFile zip, String name, long most) throws IOException {
    ZipArchiveEntry entry = zip.getEntry(name);
    if (entry == null) {
      throw new IOException("its zip has no entry " + name);
    }
    try (InputStream in = zip.getInputStream(entry)) {
      return in.readNBytes((int) Math.min(Integer.MAX_VALUE - 8L, Math.max(0, most) + 1));
    }
  }

  /** Pickles of magic number, version, machine, objects and keys; then the storages. */
  private static Object legacy(byte[] file, Set<String> foreign) throws IOException {
    ByteArrayInputStream in = new ByteArrayInputStream(file);
    Map<String, TorchStorage> storages = new HashMap<>();
    if (!(TorchPickle.read(in, storages, foreign) instanceof Number magic)
        || !MAGIC.equals(magic.toString())) {
      throw new IOException("it does not begin as a file of torch.save");
    }
    TorchPickle.read(in, storages, foreign);
    TorchPickle.read(in, storages, foreign);
    Object root = TorchPickle.read(in, storages, foreign);
    if (!(TorchPickle.read(in, storages, foreign) instanceof List<?> keys)) {
      throw new IOException("its list of storages is missing");
    }
    for (Object key : keys) {
      TorchStorage storage = key instanceof String name ? storages.get(name) : null;
      if (storage == null) {
        throw new IOException("no tensor names one of its storages");
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
  private static Object state(Object root) throws IOException {
    if (root instanceof List<?> || root instanceof Object[]) {
      return state(numbered(root instanceof List<?> list ? list : Arrays.asList((Object[]) root)));
    }
    if (root instanceof Map<?, ?> map) {
      for (String name : STATE) {
        Map<String, TorchTensor> tensors = new LinkedHashMap<>();
        collect("", map.get(name), 0, tensors, entered());
        if (!tensors.isEmpty()) {
          return map.get(name);
        }
      }
    } else if (!(root instanceof Opaque)) {
      throw new IOException("it holds no dictionary");
    }
    return root;
  }

  /** The dictionaries and modules of {@code list}, such as a network's and its optimiser's. */
  private static Map<String, Object> numbered(List<?> list) {
    Map<String, Object> parts = new LinkedHashMap<>();
    for (int i = 0; i < list.size(); i++) {
      if (list.get(i) instanceof Map || list.get(i) instanceof Opaque) {
        parts.put(Integer.toString(i), list.get(i));
      }
    }
    return parts;
  }

  private static Set<Object> entered() {
    return Collections.newSetFromMap(new IdentityHashMap<>());
  }

  /** Each container is entered once, for a file can let one hold itself. */
  private static void collect(
      String prefix, Object value, int depth, Map<String, TorchTensor> into, Set<Object> seen)
      throws IOException {
    if (!seen.add(value)) {
      return;
    }
    for (Map.Entry<?, ?> entry : children(value).entrySet()) {
      String name = prefix + entry.getKey();
      if (depth > DEEPEST || name.length() > LONGEST_NAME) {
        throw new IOException(
            "it has a name of %d characters in %d dictionaries within one another"
                .formatted(name.length(), depth + 1));
      }
      if (entry.getValue() instanceof TorchTensor tensor) {
        into.put(name, tensor);
      } else {
        collect(name + ".", entry.getValue(), depth + 1, into, seen);
      }
    }
  }

  /** The entries of a dictionary; of a module that was saved as a whole, its parts by name. */
  private static Map<?, ?> children(Object value) {
    if (value instanceof Map<?, ?> map) {
      return map;
    }
    if (!(value instanceof Opaque object)) {
      return Map.of();
    }
    Map<Object, Object> parts = new LinkedHashMap<>();
    for (String kind : List.of("_parameters", "_buffers", "_modules")) {
      parts.putAll(object.dictionary(kind));
    }
    return parts;
  }

  /** The classes and tensors of the file that were passed over unread, by name. */
  public Set<String> foreign() {
    return Collections.unmodifiableSet(foreign);
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
