package longtail.spark.round;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import longtail.train.experiment.MemoryEstimate;
import org.apache.spark.api.java.JavaSparkContext;

/** How much memory the processes have in which workers are. */
final class ExecutorMemory {
  private static final Pattern OFF_HEAP =
      Pattern.compile("-dorg\\.bytedeco\\.javacpp\\.maxbytes=([0-9]{1,12})([kmgt]?)b?\\b");

  private ExecutorMemory() {}

  /** This process of a local master; as far as Spark's options say it, an executor of a cluster. */
  static MemoryEstimate.Room of(JavaSparkContext spark) {
    if (spark.isLocal()) {
      return MemoryEstimate.Room.here();
    }
    double heap = spark.getConf().getSizeAsBytes("spark.executor.memory", "1g");
    return new MemoryEstimate.Room(
        offHeap(spark.getConf().get("spark.executor.extraJavaOptions", ""), heap), heap);
  }

  /** By JavaCPP's option; without it the size of the heap, and with 0 anything. */
  static double offHeap(String options, double heap) {
    Matcher option = OFF_HEAP.matcher(options.toLowerCase(Locale.ROOT));
    double bytes = heap;
    while (option.find()) {
      bytes = Double.parseDouble(option.group(1)) * unit(option.group(2));
    }
    return bytes > 0 ? bytes : Double.POSITIVE_INFINITY;
  }

  private static double unit(String name) {
    return switch (name) {
      case "k" -> 1L << 10;
      case "m" -> 1L << 20;
      case "g" -> 1L << 30;
      case "t" -> 1L << 40;
      default -> 1;
    };
  }
}
