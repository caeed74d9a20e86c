package longtail.spark.evaluate;

import java.util.List;
import longtail.report.EvaluationReport;

/**
 * The outcome of an evaluation.
 *
 * @param reports the figures as written to the output directory, one per power of a sweep
 * @param workers number of tasks that shared the work
 * @param seconds duration of the distributed part
 */
public record EvaluateResult(List<EvaluationReport> reports, int workers, double seconds) {

  /** The only figures, or the first. */
  public EvaluationReport report() {
    return reports.get(0);
  }

  /** Images per second of all workers together. */
  public double imagesPerSecond() {
    return report().summary().samples() / seconds;
  }
}
