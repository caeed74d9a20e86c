package longtail.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import longtail.nn.kernel.Profile;

/**
 * Where the time of a step goes.
 *
 * @param rows the parts of the step, the slowest first, then what none of them covers
 * @param milliseconds of the whole step
 * @param outsideKernelsPercent share of the step that no kernel of the network takes: walking the
 *     graph, loss, optimiser, the JVM
 */
public record BenchmarkProfile(List<Row> rows, double milliseconds, double outsideKernelsPercent) {
  private static final Set<String> OUTSIDE = Set.of("loss", "optimizer");

  /**
   * One part of a step.
   *
   * @param part what was computed
   * @param calls how often
   * @param milliseconds in all calls together
   * @param percent share of the step
   * @param gigaflops floating-point operations per nanosecond, 0 where nobody counts them
   */
  public record Row(
      String part, double calls, double milliseconds, double percent, double gigaflops) {}

  /** The means over {@code steps} steps, which took {@code nanoseconds} in all. */
  static BenchmarkProfile of(Profile profile, long nanoseconds, int steps) {
    List<Row> rows = new ArrayList<>();
    long covered = 0;
    long inKernels = 0;
    for (Profile.Part part : profile.parts()) {
      rows.add(
          new Row(
              part.name(),
              (double) part.calls() / steps,
              part.nanoseconds() / 1e6 / steps,
              100.0 * part.nanoseconds() / nanoseconds,
              part.operations() / Math.max(1, part.nanoseconds())));
      covered += part.nanoseconds();
      inKernels += OUTSIDE.contains(part.name()) ? 0 : part.nanoseconds();
    }
    rows.sort(Comparator.comparingDouble(Row::milliseconds).reversed());
    long rest = nanoseconds - covered;
    rows.add(new Row("rest", 1, rest / 1e6 / steps, 100.0 * rest / nanoseconds, 0));
    return new BenchmarkProfile(
        rows, nanoseconds / 1e6 / steps, 100.0 * (nanoseconds - inKernels) / nanoseconds);
  }

  /** A table in Markdown. */
  public String table() {
    StringBuilder table = new StringBuilder();
    table.append("| part of a step | calls | ms | share | GFLOP/s |\n|---|---|---|---|---|\n");
    for (Row row : rows) {
      table.append(
          String.format(
              Locale.ROOT,
              "| %s | %.0f | %.2f | %.1f %% | %s |%n",
              row.part(),
              row.calls(),
              row.milliseconds(),
              row.percent(),
              row.gigaflops() == 0 ? "" : String.format(Locale.ROOT, "%.0f", row.gigaflops())));
    }
    table.append(
        String.format(
            Locale.ROOT,
            "| the step | | %.2f | 100 %% | |%n| of it outside the kernels | | %.2f | %.1f %% | |%n",
            milliseconds,
            milliseconds * outsideKernelsPercent / 100,
            outsideKernelsPercent));
    return table.toString();
  }
}
