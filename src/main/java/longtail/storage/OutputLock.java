package longtail.storage;

import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import longtail.ErrorCode;
import longtail.LongTailException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.net.NetUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to write to an output directory, which one run has at a time: the file {@code _lock} in
 * it says whose it is, since when, and has a number that its owner raises every few seconds.
 *
 * <p>A lock that a killed run has left is recognised in one of two ways. Where its owner is a
 * process of this very machine, it is asked whether that process lives: a lock of a dead one is
 * taken over at once, one of a living one never, however long it was stopped. Where that cannot be
 * told, and for other machines, the number is watched: the lock is taken over after half a minute
 * without a rise, during which the store was readable; no clocks are compared. An owner that has
 * lost its lock so, because it was stopped or cut off for longer, is told by {@link #requireHeld},
 * which is called before anything is committed.
 *
 * <p>Who creates the file first has the lock: exact on local disks and HDFS, which create a file
 * for one of several callers only. Object stores let the last one win; there the lock is looked at
 * once more behind it, so that two runs that begin within the same moment are told apart unless the
 * store shows them different files. Network disks that cache directories are like those.
 */
public final class OutputLock implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(OutputLock.class);

  /** Name of its file. */
  public static final String FILE = "_lock";

  private static final String ID = "id";
  private static final String RUN = "run";
  private static final String HOST = "host";
  private static final String MACHINE = "machine";
  private static final String PROCESS = "process";
  private static final String STARTED = "started";
  private static final String SINCE = "since";
  private static final String BEAT = "beat";

  /** Locks of this process. */
  private static final Set<String> HELD = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final FileSystem files;
  private final Configuration conf;
  private final Timing timing;
  private final Map<String, String> mine;
  private final boolean directoryExisted;
  private final ScheduledExecutorService beats;
  private long beat;
  private volatile Optional<String> takenBy = Optional.empty();

  /**
   * How often a lock says that its owner lives, and how long others watch it.
   *
   * @param beatMillis between two signs of life
   * @param staleMillis without one, after which the owner of another machine counts as dead
   */
  record Timing(long beatMillis, long staleMillis) {
    static final Timing USUAL = new Timing(5_000, 30_000);
  }

  private OutputLock(
      Path file,
      FileSystem files,
      Configuration conf,
      Timing timing,
      Map<String, String> mine,
      boolean directoryExisted) {
    this.file = file;
    this.files = files;
    this.conf = conf;
    this.timing = timing;
    this.mine = mine;
    this.directoryExisted = directoryExisted;
    beats =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "longtail lock of " + file.getParent());
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Takes the lock of {@code directory}, which comes into being where it is missing.
   *
   * @param run what wants to write there, such as {@code train cifar100-lt}
   * @param waiting told, in one line, that another machine's lock is watched, which takes a while
   * @throws LongTailException (USAGE) naming the run that has it and since when; (DATA) when the
   *     directory cannot be written
   */
  public static OutputLock take(
      String directory, String run, Consumer<String> waiting, Configuration conf) {
    return take(directory, run, waiting, conf, Owner.here(), Timing.USUAL);
  }

  static OutputLock take(
      String directory,
      String run,
      Consumer<String> waiting,
      Configuration conf,
      Owner owner,
      Timing timing) {
    Path path = FileSystems.path(directory);
    Path file = FileSystems.child(path, FILE);
    try {
      FileSystem files = FileSystems.of(file, conf);
      boolean existed = files.exists(path);
      if (!files.mkdirs(path)) {
        throw new IOException("it cannot be created");
      }
      OutputLock lock = new OutputLock(file, files, conf, timing, description(run, owner), existed);
      while (!lock.created()) {
        Map<String, String> theirs = lock.read().orElse(Map.of());
        Optional<Map<String, String>> living = lock.living(theirs, owner, waiting);
        if (living.isPresent()) {
          throw held(directory, living.get());
        }
        lock.remove(theirs);
      }
      CommittedFile.removeAbandoned(path, conf);
      lock.keep();
      return lock;
    } catch (IOException e) {
      throw StorageFailure.of("writing to the output directory", directory, e);
    }
  }

  /**
   * A process, by what only it has.
   *
   * @param host where it runs, for people
   * @param machine what tells its machine, and its container there, from all others
   * @param process its number there
   * @param started when it began, which tells it from a later process of the same number
   */
  record Owner(String host, String machine, long process, String started) {
    static Owner here() {
      ProcessHandle self = ProcessHandle.current();
      return new Owner(
          NetUtils.getHostname(), boot() + " " + namespace(), self.pid(), started(self));
    }

    private static String boot() {
      try {
        return Files.readString(java.nio.file.Path.of("/proc/sys/kernel/random/boot_id")).strip();
      } catch (IOException e) {
        return NetUtils.getHostname();
      }
    }

    /** Process numbers mean something within a container only. */
    private static String namespace() {
      try {
        return Files.readSymbolicLink(java.nio.file.Path.of("/proc/self/ns/pid")).toString();
      } catch (IOException e) {
        return NetUtils.getHostname();
      }
    }

    private static String started(ProcessHandle process) {
      return process.info().startInstant().map(Instant::toString).orElse("");
    }

    /**
     * Whether the process of a lock on this machine is still there. Empty if its number is that of
     * a process that began at another time: of a later one, or the clock was set meanwhile.
     */
    static Optional<Boolean> lives(Map<String, String> lock) {
      long number = Long.parseLong(lock.get(PROCESS));
      if (number == ProcessHandle.current().pid()) {
        return Optional.of(HELD.contains(lock.get(ID)));
      }
      Optional<ProcessHandle> found = ProcessHandle.of(number).filter(ProcessHandle::isAlive);
      if (found.isEmpty()) {
        return Optional.of(false);
      }
      boolean same = started(found.get()).equals(lock.get(STARTED));
      return same ? Optional.of(true) : Optional.empty();
    }
  }

  private static Map<String, String> description(String run, Owner owner) {
    Map<String, String> mine = new TreeMap<>();
    mine.put(ID, UUID.randomUUID().toString());
    mine.put(RUN, run.replace('\n', ' '));
    mine.put(HOST, owner.host());
    mine.put(MACHINE, owner.machine());
    mine.put(PROCESS, Long.toString(owner.process()));
    mine.put(STARTED, owner.started());
    mine.put(SINCE, Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    return mine;
  }

  private boolean created() throws IOException {
    HELD.add(mine.get(ID));
    FSDataOutputStream out;
    try {
      out = files.create(file, false);
    } catch (IOException e) {
      if (files.exists(file)) {
        return false;
      }
      throw e;
    }
    try (out) {
      out.write(content());
    } catch (IOException e) {
      files.delete(file, false);
      throw e;
    }
    return isMine();
  }

  private byte[] content() {
    StringBuilder text = new StringBuilder();
    mine.forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
    return text.append(BEAT + "=" + beat + "\n").toString().getBytes(StandardCharsets.UTF_8);
  }

  /** What the file says; empty while it is written, and where there is none. */
  private Optional<Map<String, String>> read() throws IOException {
    String text;
    try (InputStream in = files.open(file)) {
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
    Map<String, String> found = new TreeMap<>();
    text.lines()
        .forEach(
            line -> {
              int equals = line.indexOf('=');
              if (equals > 0) {
                found.put(line.substring(0, equals), line.substring(equals + 1));
              }
            });
    return found.containsKey(BEAT) ? Optional.of(found) : Optional.empty();
  }

  private boolean isMine() throws IOException {
    return read().map(found -> found.get(ID).equals(mine.get(ID))).orElse(false);
  }

  /** The lock {@code theirs} as it is now, if its owner lives. */
  private Optional<Map<String, String>> living(
      Map<String, String> theirs, Owner owner, Consumer<String> waiting) throws IOException {
    if (owner.machine().equals(theirs.get(MACHINE))) {
      Optional<Boolean> lives = Owner.lives(theirs);
      if (lives.isPresent()) {
        return lives.get() ? Optional.of(theirs) : Optional.empty();
      }
    }
    if (!theirs.isEmpty()) {
      waiting.accept(
          "%s belongs to %s: looking for up to %d seconds whether that run still lives"
              .formatted(file.getParent(), described(theirs), timing.staleMillis() / 1_000));
    }
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timing.staleMillis());
    while (System.nanoTime() < end) {
      pause();
      Optional<Map<String, String>> now = read();
      if (now.isEmpty() && !files.exists(file)) {
        return Optional.empty(); // it has ended meanwhile
      }
      if (now.isPresent() && !now.get().equals(theirs)) {
        return now;
      }
    }
    return Optional.empty();
  }

  private void pause() throws IOException {
    try {
      Thread.sleep(Math.max(1, timing.beatMillis() / 5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Removes a dead run's lock, unless somebody else has done so and has taken it. */
  private void remove(Map<String, String> theirs) throws IOException {
    Map<String, String> now = read().orElse(Map.of());
    if (now.equals(theirs)) {
      files.delete(file, false);
    }
  }

  private static LongTailException held(String directory, Map<String, String> theirs) {
    return new LongTailException(
        ErrorCode.USAGE,
        "the output directory %s belongs to %s: wait for it, end it, or choose another directory"
            .formatted(directory, described(theirs)));
  }

  private static String described(Map<String, String> lock) {
    return "the run '%s', which writes there since %s (process %s on %s)"
        .formatted(lock.get(RUN), lock.get(SINCE), lock.get(PROCESS), lock.get(HOST));
  }

  private void keep() {
    Future<?> unused =
        beats.scheduleWithFixedDelay(
            this::beat, timing.beatMillis(), timing.beatMillis(), TimeUnit.MILLISECONDS);
  }

  private void beat() {
    try {
      Optional<Map<String, String>> found = read();
      if (found.isPresent() && !found.get().get(ID).equals(mine.get(ID))) {
        takenBy = Optional.of(described(found.get()));
        beats.shutdown();
        return;
      }
      beat++;
      CommittedFile.write(file, content(), conf);
    } catch (IOException | RuntimeException e) {
      // a full disk, a name node that changes: the next beat may succeed
      LOG.debug("The lock {} could not be renewed", file, e);
    }
  }

  /**
   * Checks that nobody has taken the lock over; to be called before a commit.
   *
   * @throws LongTailException (TRAINING) if this process was silent for so long that it counted as
   *     dead
   */
  public void requireHeld() {
    takenBy.ifPresent(
        who -> {
          throw new LongTailException(
              ErrorCode.TRAINING,
              "this run was silent for so long that its output directory %s now belongs to %s; it ends here"
                  .formatted(file.getParent(), who));
        });
  }

  /** Gives the lock back, and removes a directory that came into being for it alone. */
  @Override
  public void close() {
    beats.shutdown();
    HELD.remove(mine.get(ID));
    try {
      // a beat under way must not bring the file back
      boolean unused = beats.awaitTermination(timing.beatMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try {
      if (isMine()) {
        files.delete(file, false);
        if (!directoryExisted && files.listStatus(file.getParent()).length == 0) {
          files.delete(file.getParent(), false);
        }
      }
    } catch (IOException e) {
      LOG.debug("The lock {} could not be removed", file, e);
    }
  }
}
