package longtail.spark;

import longtail.report.EvaluationReport;

/**
 * The outcome of an evaluation.
 *
 * @param report the figures, as written to the output directory
 * @param workers number of tasks that shared the work
 * @param seconds duration of the distributed part
 */
public record EvaluateResult(EvaluationReport report, int workers, double seconds) {

  /** Images per second of all workers together. */
  public double imagesPerSecond() {
    return report.summary().samples() / seconds;
  }
}
