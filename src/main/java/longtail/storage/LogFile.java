package longtail.storage;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.IOUtils;

/**
 * A text file that grows line by line, on any Hadoop file system, by one writer.
 *
 * <p>Where the store appends to files, every line is in the file as soon as it is added. Where it
 * does not (object stores), lines are collected and written as numbered parts beside the file,
 * {@code NAME.part-00001} and so on, by {@link #flush}, after a minute and after 256 KiB: the log
 * is the file, if it is there, and the parts behind it in their order.
 *
 * <p>The log is never rewritten in place. {@link #replace} commits the new content first and only
 * then removes what it takes the place of: with parts it goes to {@code NAME.whole-00007}, before
 * which nothing counts that has a smaller number, then to the file, and then the numbered ones go,
 * that one last. So whenever it stops, the log is the old one or the new one.
 */
public final class LogFile {
  private static final String PART = ".part-";
  private static final String WHOLE = ".whole-";
  private static final int COLLECTED_BYTES = 1 << 18;
  private static final long COLLECTED_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final Path path;
  private final FileSystem files;
  private final Configuration conf;
  private final boolean appends;
  private final ByteArrayOutputStream collected = new ByteArrayOutputStream();
  private long collectedSince;
  private int last = -1; // number of the last part; not known yet

  private LogFile(Path path, FileSystem files, Configuration conf) throws IOException {
    this.path = path;
    this.files = files;
    this.conf = conf;
    appends = files.hasPathCapability(path, CommonPathCapabilities.FS_APPEND);
  }

  /** The log {@code path}, which need not exist. */
  public static LogFile of(String path, Configuration conf) throws IOException {
    Path target = FileSystems.path(path);
    return new LogFile(target, FileSystems.of(target, conf), conf);
  }

  /** Adds {@code line}, which has no line's end. */
  public void append(String line) throws IOException {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    if (appends) {
      try (FSDataOutputStream out =
          files.exists(path) ? files.append(path) : files.create(path, false)) {
        out.write(bytes);
      }
      return;
    }
    if (collected.size() == 0) {
      collectedSince = System.nanoTime();
    }
    collected.writeBytes(bytes);
    if (collected.size() >= COLLECTED_BYTES
        || System.nanoTime() - collectedSince >= COLLECTED_NANOS) {
      flush();
    }
  }

  /** Writes what is collected. */
  public void flush() throws IOException {
    if (collected.size() == 0) {
      return;
    }
    if (last < 0) {
      last = numbered().stream().mapToInt(Numbered::number).max().orElse(0);
    }
    CommittedFile.write(named(PART, last + 1), collected.toByteArray(), conf);
    last++;
    collected.reset();
  }

  /**
   * All lines, those not yet written included. The last one may be cut off where a writer was
   * stopped within it.
   */
  public List<String> lines() throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    List<Numbered> numbered = numbered();
    int whole =
        numbered.stream().filter(Numbered::whole).mapToInt(Numbered::number).max().orElse(0);
    if (whole == 0 && files.exists(path)) {
      read(path, text);
    }
    for (Numbered part : numbered) {
      if (part.number() > whole || (part.whole() && part.number() == whole)) {
        read(part.path(), text);
      }
    }
    text.writeBytes(collected.toByteArray());
    String all = text.toString(StandardCharsets.UTF_8);
    return all.isEmpty() ? List.of() : List.of(all.split("\n", -1));
  }

  /** Makes {@code lines} all that there are. */
  public void replace(List<String> lines) throws IOException {
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append(line).append('\n'));
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    collected.reset();
    List<Numbered> before = numbered();
    if (before.isEmpty()) {
      CommittedFile.write(path, bytes, conf);
      return;
    }
    int next = before.get(before.size() - 1).number() + 1;
    Path whole = named(WHOLE, next);
    CommittedFile.write(whole, bytes, conf);
    CommittedFile.write(path, bytes, conf);
    for (Numbered old : before) {
      files.delete(old.path(), false);
    }
    files.delete(whole, false);
    last = 0;
  }

  /** Makes one file of all parts; the log says the same as before. */
  public void join() throws IOException {
    flush();
    if (!numbered().isEmpty()) {
      List<String> lines = new ArrayList<>(lines());
      lines.removeIf(String::isBlank);
      replace(lines);
    }
  }

  private Path named(String kind, int number) {
    return FileSystems.child(
        path.getParent(), path.getName() + String.format(Locale.ROOT, "%s%05d", kind, number));
  }

  /** A file beside the log, by its number. */
  private record Numbered(Path path, int number, boolean whole) {}

  private List<Numbered> numbered() throws IOException {
    if (!files.exists(path.getParent())) {
      return List.of();
    }
    return Arrays.stream(files.listStatus(path.getParent()))
        .map(FileStatus::getPath)
        .filter(entry -> isNumbered(entry.getName()))
        .map(
            entry ->
                new Numbered(
                    entry,
                    Integer.parseInt(
                        entry.getName().substring(entry.getName().lastIndexOf('-') + 1)),
                    entry.getName().startsWith(path.getName() + WHOLE)))
        .sorted(Comparator.comparingInt(Numbered::number))
        .toList();
  }

  private boolean isNumbered(String name) {
    String log = path.getName();
    for (String kind : List.of(log + PART, log + WHOLE)) {
      if (name.startsWith(kind) && name.substring(kind.length()).matches("\\d{5,9}")) {
        return true;
      }
    }
    return false;
  }

  private void read(Path from, ByteArrayOutputStream to) throws IOException {
    try (InputStream in = files.open(from)) {
      IOUtils.copyBytes(in, to, 1 << 16);
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
