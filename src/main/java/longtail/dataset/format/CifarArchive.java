package longtail.dataset.format;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.ImageCollection;
import longtail.storage.FileSystems;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/**
 * One split of the CIFAR-10 or CIFAR-100 archive, binary or python version, as {@code .tar.gz},
 * {@code .tar} or the directory it was extracted to; or the TFRecord files of the long-tailed CIFAR
 * of Cui et al. ("Class-Balanced Loss", 2019).
 */
final class CifarArchive {
  private static final int IMAGE_BYTES = 3 * 32 * 32;

  /** More than any version of these images has. */
  private static final long MOST_CLASSES = 1_000;

  /** Three times the largest published file. */
  private static final int LONGEST_FILE = 512 << 20;

  /** The images of one file. */
  private record Batch(int[] labels, byte[] planes) {}

  private final String split;
  private final SortedMap<String, Batch> batches = new TreeMap<>();
  private final Set<CifarFile.Version> versions = new HashSet<>();
  private List<String> classNames = List.of();
  private int[] labels = new int[0];
  private int[] firstImages = new int[0];
  private byte[][] planes = new byte[0][];

  private CifarArchive(String split) {
    this.split = split;
  }

  static CifarArchive load(ImageCollection collection, Configuration conf) {
    String split = collection.split();
    if (!split.equals("train") && !split.equals("test")) {
      throw new LongTailException(
          ErrorCode.CONFIG, "The split of a CIFAR archive must be train or test, was " + split);
    }
    CifarArchive archive = new CifarArchive(split);
    Path path = FileSystems.path(collection.annotations());
    try {
      archive.readAll(path, conf);
      archive.join();
    } catch (IOException e) {
      throw AnnotationCollector.unreadable(path.toString(), e);
    }
    return archive;
  }

  private void readAll(Path path, Configuration conf) throws IOException {
    FileSystem files = FileSystems.of(path, conf);
    if (files.getFileStatus(path).isDirectory()) {
      RemoteIterator<LocatedFileStatus> listed = files.listFiles(path, true);
      while (listed.hasNext()) {
        Path file = listed.next().getPath();
        try (InputStream in = files.open(file, 1 << 16)) {
          read(file.getName(), in);
        }
      }
      return;
    }
    if (path.getName().endsWith(".tfrecords")) {
      CifarFile file = new CifarFile(CifarFile.Version.LONG_TAILED, CifarFile.Content.TRAIN);
      try (InputStream in = files.open(path, 1 << 16)) {
        add(path.getName(), file, in);
      }
      return;
    }
    try (TarArchiveInputStream tar = new TarArchiveInputStream(FileSystems.open(path, conf))) {
      TarArchiveEntry entry = tar.getNextTarEntry();
      if (entry == null) {
        throw new IOException("it is no tar archive, or empty");
      }
      for (; entry != null; entry = tar.getNextTarEntry()) {
        if (entry.isFile()) {
          read(FileSystems.path(entry.getName()).getName(), tar);
        }
      }
    } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException e) {
      throw new IOException("it is no tar archive: " + e.getMessage(), e);
    }
  }

  private void read(String name, InputStream in) throws IOException {
    CifarFile file = CifarFile.of(name);
    if (file == null) {
      return;
    }
    try {
      if (file.content() == CifarFile.Content.CLASS_NAMES) {
        classNames = classNames(file, in);
      } else if (file.content().split().equals(split)) {
        add(name, file, in);
      }
    } catch (IOException e) {
      throw new IOException("file " + name + ": " + e.getMessage(), e);
    }
  }

  private void add(String name, CifarFile file, InputStream in) throws IOException {
    versions.add(file.version());
    batches.put(name, batch(file, in));
  }

  private static List<String> classNames(CifarFile file, InputStream in) throws IOException {
    CifarFile.Version version = file.version();
    if (version.encoding() == CifarFile.Encoding.PYTHON) {
      return pickle(in).strings(version.namesKey());
    }
    return new String(in.readAllBytes(), StandardCharsets.UTF_8)
        .lines()
        .filter(line -> !line.isBlank())
        .toList();
  }

  private static Batch batch(CifarFile file, InputStream in) throws IOException {
    Batch batch =
        switch (file.version().encoding()) {
          case PYTHON -> pythonBatch(file.version(), in);
          case BINARY -> binaryBatch(file.version(), in.readNBytes(LONGEST_FILE));
          case TFRECORD -> tfRecordBatch(in);
        };
    if (batch.planes.length != batch.labels.length * IMAGE_BYTES) {
      throw new IOException(
          batch.labels.length
              + " labels need "
              + (long) batch.labels.length * IMAGE_BYTES
              + " bytes of pixels, there are "
              + batch.planes.length);
    }
    return batch;
  }

  private static Batch pythonBatch(CifarFile.Version version, InputStream in) throws IOException {
    CifarPickle.Content content = pickle(in);
    return new Batch(content.integers(version.labelsKey()), content.array("data"));
  }

  private static CifarPickle.Content pickle(InputStream in) throws IOException {
    return CifarPickle.read(new ByteArrayInputStream(in.readNBytes(LONGEST_FILE)));
  }

  private static Batch binaryBatch(CifarFile.Version version, byte[] bytes) throws IOException {
    int record = version.labelBytes() + IMAGE_BYTES;
    if (bytes.length == 0 || bytes.length % record != 0) {
      throw new IOException(
          bytes.length + " bytes are not a whole number of records of " + record + " bytes");
    }
    int images = bytes.length / record;
    int[] labels = new int[images];
    byte[] planes = new byte[images * IMAGE_BYTES];
    for (int i = 0; i < images; i++) {
      int pixels = i * record + version.labelBytes();
      labels[i] = bytes[pixels - 1] & 0xFF;
      System.arraycopy(bytes, pixels, planes, i * IMAGE_BYTES, IMAGE_BYTES);
    }
    return new Batch(labels, planes);
  }

  private static Batch tfRecordBatch(InputStream in) throws IOException {
    TfRecords records = new TfRecords(new BufferedInputStream(in, 1 << 16));
    List<Integer> labels = new ArrayList<>();
    ByteArrayOutputStream planes = new ByteArrayOutputStream();
    for (TfRecords.Example e = records.next(); e != null; e = records.next()) {
      long label = e.integer("label");
      if (label < 0 || label > MOST_CLASSES) {
        throw new IOException("the label %d cannot be one of CIFAR's".formatted(label));
      }
      labels.add((int) label);
      planes.write(e.bytes("image"));
    }
    return new Batch(labels.stream().mapToInt(Integer::intValue).toArray(), planes.toByteArray());
  }

  private void join() throws IOException {
    if (batches.isEmpty()) {
      throw new IOException("it holds no file of the " + split + " split of CIFAR-10 or CIFAR-100");
    }
    if (versions.size() > 1) {
      throw new IOException("it holds several versions of CIFAR: name the directory of one");
    }
    labels = batches.values().stream().flatMapToInt(b -> Arrays.stream(b.labels)).toArray();
    int stated = versions.iterator().next().classes();
    int classes = stated == 0 ? Arrays.stream(labels).max().orElse(0) + 1 : stated;
    if (classNames.isEmpty()) {
      classNames = IntStream.range(0, classes).mapToObj(Integer::toString).toList();
    } else if (classNames.size() != classes) {
      throw new IOException("it must name " + classes + " classes, but names " + classNames.size());
    }
    planes = batches.values().stream().map(Batch::planes).toArray(byte[][]::new);
    firstImages = batches.values().stream().mapToInt(b -> b.labels.length).toArray();
    Arrays.parallelPrefix(firstImages, Integer::sum);
    batches.clear();
  }

  int size() {
    return labels.length;
  }

  int label(int image) {
    return labels[image];
  }

  /** Red, green and blue plane of an image, row by row, {@code [3, 32, 32]}. */
  byte[] planes(int image) {
    int batch = 0;
    while (firstImages[batch] <= image) {
      batch++;
    }
    int within = batch == 0 ? image : image - firstImages[batch - 1];
    return Arrays.copyOfRange(planes[batch], within * IMAGE_BYTES, (within + 1) * IMAGE_BYTES);
  }

  List<String> classNames() {
    return classNames;
  }
}
