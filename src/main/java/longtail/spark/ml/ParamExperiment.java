package longtail.spark.ml;

import java.util.ArrayList;
import java.util.List;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.train.experiment.Experiment;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.ml.param.Param;

/** The experiment that the params of a {@link LongTailClassifier} say. */
final class ParamExperiment {
  /** What is trained where no experiment is named: small images of one size, a single stage. */
  private static final String USUAL =
      """
      name: %s
      data:
        transforms:
          - {type: fit, size: %d, share: 1.0}
          - {type: pad-crop, padding: %d, mode: reflect}
          - horizontal-flip
      stages:
        - epochs: 1
          optimizer: {type: sgd, lr: 0.1, momentum: 0.9, nesterov: true, weight-decay: 5.0e-4}
          last-batch: keep
      averaging: {every: 1}
      evaluation: {transforms: [{type: fit, size: %d, share: 1.0}]}
      """;

  private final TrainingParams params;

  private ParamExperiment(TrainingParams params) {
    this.params = params;
  }

  /**
   * The experiment of {@code params}.
   *
   * @throws LongTailException (CONFIG) naming what is wrong in it
   */
  static Experiment of(TrainingParams params, Configuration conf) {
    return new ParamExperiment(params).experiment(conf);
  }

  private Experiment experiment(Configuration conf) {
    List<String> overrides =
        params.isDefined(params.overrides())
            ? List.of(params.getOrDefault(params.overrides()))
            : List.of();
    if (!params.isDefined(params.experiment())) {
      int size = (int) params.getOrDefault(params.imageSize());
      String text = USUAL.formatted(params.uid(), size, Math.max(1, size / 8), size);
      return Experiment.parse(text, "the params of " + params.uid(), assignments(overrides, true));
    }
    if (params.isSet(params.imageSize())) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "imageSize is set beside an experiment, whose data.transforms say the size of images: leave one of the two away");
    }
    Experiment experiment = load(List.of(), conf);
    List<Param<?>> ofStage = ofStage().stream().filter(params::isSet).toList();
    if (experiment.stages().size() > 1 && !ofStage.isEmpty()) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "%s is set, and the experiment has %d stages, so it is not clear of which: say it with overrides, such as stages.1.epochs=10"
              .formatted(ofStage.get(0).name(), experiment.stages().size()));
    }
    return load(assignments(overrides, false), conf);
  }

  private Experiment load(List<String> overrides, Configuration conf) {
    String experiment = params.getOrDefault(params.experiment());
    return experiment.contains("\n")
        ? Experiment.parse(experiment, "the experiment of " + params.uid(), overrides)
        : Experiment.load(experiment, overrides, conf);
  }

  private List<Param<?>> ofStage() {
    return List.of(
        params.loss(),
        params.sampler(),
        params.epochs(),
        params.batchSize(),
        params.learningRate());
  }

  /** The params as assignments; beside an experiment only those that are set. */
  private List<String> assignments(List<String> overrides, boolean all) {
    List<String> assignments = new ArrayList<>();
    add(assignments, "seed", params.seed(), all);
    add(assignments, "model.backbone", params.backbone(), all);
    add(assignments, "stages.0.loss", params.loss(), all);
    add(assignments, "stages.0.sampler", params.sampler(), all);
    add(assignments, "stages.0.epochs", params.epochs(), all);
    add(assignments, "stages.0.batch-size", params.batchSize(), all);
    add(assignments, "stages.0.optimizer.lr", params.learningRate(), all);
    assignments.addAll(overrides);
    return assignments;
  }

  private void add(List<String> assignments, String key, Param<?> param, boolean all) {
    if (all || params.isSet(param)) {
      assignments.add(key + "=" + params.getOrDefault(param));
    }
  }
}
