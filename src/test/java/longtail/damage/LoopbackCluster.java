package longtail.damage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A standalone cluster on loopback of two workers with an executor each. */
final class LoopbackCluster implements AutoCloseable {
  private static final String SCRIPT = JobProcess.ROOT.resolve("cluster/local-cluster").toString();

  private final Path directory;
  private final Path home;
  private final String master;

  private LoopbackCluster(Path directory, Path home, String master) {
    this.directory = directory;
    this.home = home;
    this.master = master;
  }

  /**
   * Starts one, whose SPARK_HOME lies in {@code directory}.
   *
   * @param properties of Spark for the cluster
   */
  static LoopbackCluster start(Path directory, String... properties) {
    Path home = directory.resolve("spark-home");
    List<String> command =
        new ArrayList<>(List.of(SCRIPT, "start", "2", "--memory", "1g", "--home", home.toString()));
    for (String property : properties) {
      command.addAll(List.of("--conf", property));
    }
    List<String> lines = JobProcess.start(directory, Map.of(), command).end().succeeded().lines();
    String master =
        lines.stream()
            .filter(line -> line.startsWith("master"))
            .map(line -> line.replaceAll("master +", ""))
            .findFirst()
            .orElseThrow();
    return new LoopbackCluster(directory, home, master);
  }

  @Override
  public void close() {
    List<String> command = List.of(SCRIPT, "stop", "--home", home.toString());
    JobProcess.start(directory, Map.of(), command).end().succeeded();
  }

  /**
   * Starts {@code jobs/NAME} there.
   *
   * @param events directory for what Spark says of its jobs
   * @param properties of Spark for this command
   */
  JobProcess submit(Path events, String name, List<String> arguments, String... properties) {
    List<String> all = new ArrayList<>(List.of(properties));
    all.addAll(List.of("spark.eventLog.enabled=true", "spark.eventLog.dir=" + events.toUri()));
    List<String> command = JobProcess.onCluster(name, all, arguments, master);
    return JobProcess.start(directory, Map.of(), command);
  }

  /** The processes of the executors that live, in the order of their workers. */
  List<ProcessHandle> executors() {
    return workers().stream().flatMap(ProcessHandle::children).toList();
  }

  /** The processes of the workers that live. */
  List<ProcessHandle> workers() {
    try (Stream<Path> files = Files.list(home.resolve("run"))) {
      return files
          .filter(file -> file.getFileName().toString().matches("worker-\\d+\\.pid"))
          .sorted()
          .map(LoopbackCluster::pid)
          .map(ProcessHandle::of)
          .flatMap(Optional::stream)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long pid(Path file) {
    try {
      return Long.parseLong(Files.readString(file).strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends {@code signal} to a process. */
  static void send(String signal, ProcessHandle process) {
    try {
      int code =
          new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid())).start().waitFor();
      assertThat(code).as("kill -%s %d", signal, process.pid()).isZero();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
