package longtail.cli;

import java.io.PrintStream;
import java.util.Optional;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.spark.SparkContexts;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Option;

/** Where a command runs. */
final class SparkOptions {
  @picocli.CommandLine.Option(
      names = "--master",
      paramLabel = "URL",
      description =
          "Spark master: spark://host:7077, yarn, k8s://..., local[2]. Default: what spark-submit"
              + " says, else local[*], an embedded Spark.")
  Optional<String> master = Optional.empty();

  private final PrintStream out;

  SparkOptions(PrintStream out) {
    this.out = out;
  }

  /** Opens the context of the job {@code name}; the caller closes it. */
  JavaSparkContext open(String name) {
    return told(open(name, master));
  }

  /** Says where Spark's pages are, if it has some. */
  private JavaSparkContext told(JavaSparkContext context) {
    Option<String> address = context.sc().uiWebUrl();
    if (address.isDefined()) {
      out.println("Spark's pages are at " + address.get());
    }
    return context;
  }

  /** The same, on {@code local} where neither the user nor spark-submit names a master. */
  JavaSparkContext open(String name, String local) {
    boolean named = master.isPresent() || System.getProperty("spark.master") != null;
    return told(open(name, named ? master : Optional.of(local)));
  }

  private static JavaSparkContext open(String name, Optional<String> master) {
    try {
      return SparkContexts.open(name, master);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      // Scala does not declare what it throws, such as a SparkException for an unknown master
      throw new LongTailException(
          ErrorCode.USAGE,
          "cannot start Spark%s: %s"
              .formatted(
                  master.map(url -> " with --master " + url).orElse(""), Failures.firstLine(e)),
          e);
    }
  }
}
