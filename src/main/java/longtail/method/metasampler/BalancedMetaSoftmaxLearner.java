package longtail.method.metasampler;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import longtail.RandomStreams;
import longtail.dataset.ClassCounts;
import longtail.dataset.Shots;
import longtail.method.Batch;
import longtail.method.DrawRates;
import longtail.method.Learner;
import longtail.method.LearningProblem;
import longtail.method.MethodState;
import longtail.method.StepBatches;
import longtail.method.StepResult;
import longtail.optim.Adam;
import longtail.sample.ClassFirstDraw;
import longtail.sample.SampleRates;
import longtail.sample.SoftDraw;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The steps of {@link BalancedMetaSoftmax}. */
final class BalancedMetaSoftmaxLearner implements Learner, DrawRates {
  private final BalancedMetaSoftmax method;
  private final LearningProblem problem;
  private final BilevelStep bilevel;
  private MetaSamplerState rates;

  BalancedMetaSoftmaxLearner(BalancedMetaSoftmax method, LearningProblem problem) {
    this.method = method;
    this.problem = problem;
    bilevel = new BilevelStep(problem);
    rates = initial();
  }

  private MetaSamplerState initial() {
    return new MetaSamplerState(
        SampleRates.initial(problem.counts(), method.initPower()),
        method.lag(),
        new Adam(method.metaLr(), 0.9, 0.999, 1e-8, 0));
  }

  @Override
  public StepResult step(StepBatches batches, double rate, long iteration) {
    Batch main = batches.main();
    SampleRates drawnWith = rates.before(method.lag());
    BilevelStep.Outcome outcome = bilevel.run(main, batches.others().get(0), rate, iteration);
    if (outcome.atWeights().length == 0) {
      return new StepResult(main.size(), outcome.loss(), outcome.correct());
    }
    double[] gradient = drawnWith.gradient(draws(main, drawnWith, iteration), outcome.atWeights());
    problem.workers().sum(gradient);
    rates.step(gradient, iteration);
    return new StepResult(
        main.size(), outcome.loss(), outcome.correct(), figures(outcome, gradient));
  }

  /** The noise around an image is named by its place in the step, not by who has it. */
  private List<SoftDraw> draws(Batch batch, SampleRates drawnWith, long iteration) {
    ClassFirstDraw draw =
        switch (method.noise()) {
          case BY_CLASS -> ClassFirstDraw.of(drawnWith, problem.counts());
          case BY_IMAGE -> ClassFirstDraw.imageByImage(drawnWith, problem.counts());
        };
    return IntStream.range(0, batch.size())
        .mapToObj(
            b ->
                draw.around(
                    batch.labels()[b],
                    RandomStreams.of(problem.seed(), iteration, batch.places()[b])))
        .toList();
  }

  private Map<String, Double> figures(BilevelStep.Outcome outcome, double[] gradient) {
    double[] now = rates.before(0).rates();
    return Map.of(
        "meta_loss", outcome.metaLoss(),
        "meta_gradient_norm", Math.sqrt(Arrays.stream(gradient).map(g -> g * g).sum()),
        "smallest_sample_rate", Arrays.stream(now).min().orElseThrow(),
        "largest_sample_rate", Arrays.stream(now).max().orElseThrow());
  }

  @Override
  public Optional<DrawRates> draws() {
    return Optional.of(this);
  }

  @Override
  public int known(int left) {
    return Math.min(left, method.lag());
  }

  @Override
  public double[] classProbabilities(int ahead) {
    return rates.before(method.lag() - ahead).classProbabilities(problem.counts());
  }

  @Override
  public void epoch(int epoch) {
    problem.loss().epoch(epoch);
  }

  /** A pass over the training set draws its first batches with the rates of its beginning. */
  @Override
  public void endEpoch() {
    bilevel.update().endEpoch();
    rates.forgetPast();
  }

  @Override
  public INDArray parameters() {
    return problem.network().parameters();
  }

  @Override
  public INDArray optimizerState() {
    return bilevel.update().state();
  }

  @Override
  public Optional<MethodState> memory() {
    return Optional.of(rates);
  }

  /** The mean sample rate of the classes of each group. */
  @Override
  public Map<String, Double> figures(ClassCounts counts, Shots shots) {
    double[] now = rates.before(0).rates();
    return IntStream.range(0, now.length)
        .boxed()
        .collect(
            Collectors.groupingBy(
                c -> "sample_rate_" + shots.of(counts.count(c)).name().toLowerCase(Locale.ROOT),
                TreeMap::new,
                Collectors.averagingDouble(c -> now[c])));
  }

  @Override
  public void restore(byte[] state) {
    if (state.length == 0) {
      rates = initial();
    } else {
      rates.restore(state);
    }
  }

  @Override
  public void close() {
    bilevel.close();
  }
}
