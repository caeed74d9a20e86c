package longtail.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.report.LivePage;
import longtail.storage.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code watch}: the page of a run that grows while it trains. */
@Command(
    name = "watch",
    description =
        "Serves the page of a training run to a browser of this computer: curves, accuracy of the"
            + " classes at each validation and phases, drawn anew as the run goes on. It only reads"
            + " the run. Ctrl-C ends it.")
final class WatchCommand implements Callable<Integer> {
  private final PrintStream out;

  @Parameters(
      index = "0",
      paramLabel = "RUN",
      description = "The output directory of a training run, local, on HDFS or S3.")
  String run;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "8088",
      description = "Port of the page; 0 takes any free one (default ${DEFAULT-VALUE}).")
  int port;

  WatchCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (port < 0 || port > 65535) {
      throw new LongTailException(
          ErrorCode.USAGE, "--port %d is no port; it must be 0 to 65535".formatted(port));
    }
    Configuration conf = new Configuration();
    requireDirectory(conf);
    try (LivePage page = LivePage.serve(run, port, conf)) {
      out.printf("The page of %s is %s, Ctrl-C ends it%n", run, page.address());
      new CountDownLatch(1).await();
    }
    return 0;
  }

  private void requireDirectory(Configuration conf) {
    Path directory = FileSystems.path(run);
    try {
      if (!directory.getFileSystem(conf).exists(directory)) {
        throw new LongTailException(
            ErrorCode.DATA,
            "watching %s: there is no such directory; give the --output of a training run"
                .formatted(run));
      }
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.DATA, "watching %s: %s".formatted(run, e.getMessage()), e);
    }
  }
}
