package longtail.damage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import longtail.spark.LocalSpark;

/** A command of users in a process of its own: what it prints, and how it ends. */
final class JobProcess {
  static final Path ROOT = Path.of("").toAbsolutePath();

  /** Longer than any of these commands takes on a busy machine; what is longer hangs. */
  private static final Duration LIMIT = Duration.ofMinutes(10);

  private static final int POLL_MILLIS = 2;

  private final Process process;
  private final Path errors;
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Thread reader;

  /**
   * How a command ended.
   *
   * @param code exit code
   * @param lines of its standard output
   * @param errors lines of its standard error
   */
  record Ended(int code, List<String> lines, List<String> errors) {
    /** Everything that was printed. */
    String printed() {
      return String.join("\n", lines) + "\n" + String.join("\n", errors);
    }

    /** This, which must have succeeded. */
    Ended succeeded() {
      assertThat(code).as(printed()).isZero();
      return this;
    }
  }

  private JobProcess(Process process, Path errors) {
    this.process = process;
    this.errors = errors;
    reader = new Thread(this::read, "lines of a job");
    reader.start();
  }

  /** Starts {@code command}; its standard error goes to a file in {@code directory}. */
  static JobProcess start(Path directory, Map<String, String> environment, List<String> command) {
    try {
      Path errors = Files.createTempFile(directory, "errors", ".txt");
      ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
      builder.environment().remove("SPARK_HOME");
      builder.environment().put("JAVA_TOOL_OPTIONS", LocalSpark.SHORT_LIVED);
      builder.environment().putAll(environment);
      return new JobProcess(builder.start(), errors);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * {@code jobs/NAME} on a cluster, which begins when both of its executors are there. They take
   * the classes of this build from where they are, which is faster than fetching its jar.
   */
  static List<String> onCluster(
      String name, List<String> properties, List<String> arguments, String master) {
    List<String> all = new ArrayList<>();
    all.add("spark.executor.memory=640m");
    all.add("spark.executor.cores=1");
    all.add("spark.executor.extraClassPath=" + classPath());
    all.add("spark.cores.max=2");
    all.add("spark.scheduler.minRegisteredResourcesRatio=1.0");
    all.add("spark.scheduler.maxRegisteredResourcesWaitingTime=300s");
    all.addAll(properties); // the last one wins
    List<String> command = new ArrayList<>(List.of(ROOT + "/jobs/" + name));
    command.addAll(List.of("--driver-memory", "768m"));
    all.forEach(property -> command.addAll(List.of("--conf", property)));
    command.add("--");
    command.addAll(arguments);
    command.addAll(List.of("--master", master));
    return command;
  }

  private static String classPath() {
    boolean four = "4".equals(System.getenv("LONGTAIL_SPARK"));
    Path target = ROOT.resolve(four ? "target/spark4" : "target");
    try {
      String libraries = Files.readString(target.resolve("classpath-full.txt")).strip();
      return target.resolve("classes") + ":" + libraries;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void read() {
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      out.lines().forEach(lines::add);
    } catch (IOException | UncheckedIOException e) {
      lines.add("the rest could not be read: " + e);
    }
  }

  /** The launcher replaces itself, so that this is the driver. */
  ProcessHandle driver() {
    return process.toHandle();
  }

  /** Whether a line that holds {@code text} was printed. */
  boolean printed(String text) {
    return count(text) > 0;
  }

  /** How many lines that hold {@code text} were printed. */
  long count(String text) {
    return lines.stream().filter(line -> line.contains(text)).count();
  }

  /** Waits until {@code moment}, which must come before the command ends. */
  JobProcess await(String what, BooleanSupplier moment) {
    long start = System.nanoTime();
    while (!moment.getAsBoolean()) {
      if (!process.isAlive()) {
        fail("it ended before " + what + ": " + end().printed());
      }
      requireTime(start, what);
      pause();
    }
    return this;
  }

  /** Waits for the end. */
  Ended end() {
    try {
      if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        hangs("at its end");
      }
      reader.join();
      List<String> said = new ArrayList<>(Files.readAllLines(errors, StandardCharsets.UTF_8));
      said.removeIf(line -> line.startsWith("Picked up JAVA_TOOL_OPTIONS"));
      return new Ended(process.exitValue(), List.copyOf(lines), said);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void requireTime(long start, String what) {
    if (System.nanoTime() - start > LIMIT.toNanos()) {
      hangs("before " + what);
    }
  }

  private void hangs(String where) {
    process.destroyForcibly();
    fail("it hangs %s, having printed %s".formatted(where, String.join("\n", lines)));
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
