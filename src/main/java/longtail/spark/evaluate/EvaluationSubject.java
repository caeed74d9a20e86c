package longtail.spark.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.ClassCounts;
import longtail.dataset.Shots;
import longtail.eval.Evaluation;
import longtail.eval.Predictions;
import longtail.report.EvaluationReport;
import longtail.report.PowersPage;
import org.apache.hadoop.conf.Configuration;

/**
 * What the figures of an evaluation depend on beside the predictions.
 *
 * @param name of the model in tables
 * @param facts where the model and the data came from, in order
 * @param classNames name of each class
 * @param training training images of each class, if they are known
 * @param tested test images of each class
 * @param shots thresholds of many, medium and few
 * @param threshold probability below which answers count as rejected, see {@link OpenSetOptions}
 */
record EvaluationSubject(
    String name,
    Map<String, String> facts,
    List<String> classNames,
    Optional<ClassCounts> training,
    ClassCounts tested,
    Shots shots,
    double threshold) {

  /** Training images of each class, or test images where those are not known. */
  ClassCounts counts() {
    return training.orElse(tested);
  }

  /** The same with other facts. */
  EvaluationSubject withFacts(Map<String, String> others) {
    return new EvaluationSubject(name, others, classNames, training, tested, shots, threshold);
  }

  /**
   * Checks that what {@code postHoc} does can be done.
   *
   * @throws LongTailException (CONFIG) when it needs training counts that are not known
   */
  void requireCounts(PostHoc postHoc) {
    if (postHoc.logitAdjust() != 0 && training.isEmpty()) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "adjusting the logits by %s needs the class counts of the training set: give --counts DIR, or a checkpoint instead of a zip"
              .formatted(postHoc.logitAdjust()));
    }
  }

  /**
   * Writes a report of the predictions under each correction of {@code postHoc}, and a page that
   * compares them if there are several.
   *
   * @param log events of the run that trained the model; none if they are not at hand
   */
  List<EvaluationReport> report(
      List<Predictions> predictions,
      PostHoc postHoc,
      String output,
      List<Map<String, Object>> log,
      Configuration conf) {
    List<String> names = postHoc.names(name);
    List<String> directories = postHoc.directories(output);
    List<EvaluationReport> reports = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      reports.add(
          EvaluationReport.write(
              directories.get(i),
              names.get(i),
              facts,
              classNames,
              Evaluation.of(predictions.get(i), counts(), shots, threshold),
              log,
              conf));
    }
    if (reports.size() > 1) {
      PowersPage.write(
          output,
          name,
          facts,
          IntStream.range(0, reports.size())
              .mapToObj(
                  i ->
                      new PowersPage.Power(
                          postHoc.taus().get(i), directories.get(i), reports.get(i).summary()))
              .toList(),
          conf);
    }
    return reports;
  }
}
