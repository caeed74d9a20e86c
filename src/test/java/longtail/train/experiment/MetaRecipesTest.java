package longtail.train.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import longtail.dataset.SubsetSelection;
import longtail.loss.BalancedSoftmax;
import longtail.loss.ClassWeighting;
import longtail.loss.CrossEntropy;
import longtail.loss.Ldam;
import longtail.loss.Loss;
import longtail.loss.WeightedCrossEntropy;
import longtail.method.Method;
import longtail.method.metasampler.BalancedMetaSoftmax;
import longtail.method.metasaug.AugmentationRatio;
import longtail.method.metasaug.CovarianceLearning;
import longtail.method.metasaug.CovarianceLearning.Gradient;
import longtail.method.metasaug.CovarianceLearning.PseudoRate;
import longtail.method.metasaug.Metasaug;
import longtail.method.supervised.Supervised;
import longtail.nn.FrozenNorm;
import longtail.optim.Constant;
import longtail.optim.Cosine;
import longtail.optim.Counting;
import longtail.optim.Multistep;
import longtail.optim.Schedule;
import longtail.optim.Sgd;
import longtail.optim.WarmupCosine;
import longtail.sample.BatchStream;
import longtail.sample.LastBatch;
import longtail.statistics.Covariance;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The recipes of the two meta-learning papers have the numbers of their published code. */
class MetaRecipesTest {
  private static final ClassWeighting WEIGHTS = new ClassWeighting.EffectiveNumber(0.9999);
  private static final Schedule COSINE = new Cosine(0, Optional.empty(), Counting.FROM_ONE);

  private static Experiment load(String file) {
    return Experiment.load("conf/" + file + ".yaml", List.of(), new Configuration());
  }

  /** Errors in percent by imbalance factor; two small factors of CIFAR10 have half the rate. */
  @ParameterizedTest
  @CsvSource({
    "10, 200, 22.65, 23.11, 0.1",
    "10, 100, 19.34, 19.46, 0.1",
    "10, 50, 15.66, 15.97, 0.1",
    "10, 20, 11.90, 12.36, 0.05",
    "10, 10, 10.32, 10.56, 0.05",
    "100, 200, 56.91, 60.06, 0.1",
    "100, 100, 51.99, 53.13, 0.1",
    "100, 50, 47.73, 48.10, 0.1",
    "100, 20, 42.47, 42.15, 0.1",
    "100, 10, 38.72, 38.27, 0.1"
  })
  void metasaugOnCifar(int set, int factor, double ofLdam, double ofEntropy, double lr) {
    String suffix = factor == 100 ? "" : "-if" + factor;
    String path = "cifar%d-lt/metasaug-%s%s";
    onCifar(path.formatted(set, "ldam", suffix), factor, ofLdam, new Ldam(1, 0.5, WEIGHTS), lr);
    Loss entropy = new WeightedCrossEntropy(WEIGHTS);
    onCifar(path.formatted(set, "ce", suffix), factor, ofEntropy, entropy, lr);
  }

  private static void onCifar(String file, int factor, double error, Loss loss, double lr) {
    Experiment experiment = load(file);
    assertThat(experiment.published().orElseThrow().accuracy())
        .isCloseTo(100 - error, within(1e-9));
    assertThat(experiment.data().imbalanceFactor()).contains((double) factor);
    assertThat(experiment.data().metaPerClass()).contains(10);
    assertThat(experiment.data().subset()).contains(new SubsetSelection.PythonShuffle(42));
    assertThat(experiment.data().metaSubset()).contains(new SubsetSelection.NumpyShuffle(6));
    assertThat(experiment.stages()).hasSize(1);
    Stage stage = experiment.stages().get(0);
    assertThat(stage.method())
        .isEqualTo(
            new Metasaug(
                Covariance.FULL,
                0.75,
                new AugmentationRatio.Linear(0),
                160,
                false,
                Metasaug.Statistics.MERGED,
                new CovarianceLearning(
                    true,
                    1,
                    0.1,
                    Optional.of(new PseudoRate(lr, steps(Counting.FROM_ZERO))),
                    Optional.empty(),
                    false,
                    Gradient.EXACT)));
    learns(stage, 200, 100, loss, new Sgd(lr, 0.9, true, 5e-4), steps(Counting.FROM_ONE));
    assertThat(stage.lastBatch()).isEqualTo(LastBatch.KEEP);
    assertThat(stage.freeze()).isEqualTo(new Freeze.None());
  }

  private static Schedule steps(Counting counting) {
    return new Multistep(List.of(160, 180), 0.01, counting);
  }

  private static void learns(
      Stage stage, int epochs, int batch, Loss loss, Sgd optimizer, Schedule schedule) {
    assertThat(stage.epochs()).isEqualTo(epochs);
    assertThat(stage.batchSize()).isEqualTo(batch);
    assertThat(stage.loss()).isEqualTo(loss);
    assertThat(stage.optimizer()).isEqualTo(optimizer);
    assertThat(stage.schedule()).isEqualTo(schedule);
  }

  /** The features are those of Decoupling; iNaturalist has a smaller weight decay there. */
  @ParameterizedTest
  @CsvSource({
    "imagenet-lt, 47.67, 90, 5e-4",
    "inat2018, 69.50, 200, 1e-4",
    "inat2017, 63.28, 200, 1e-4"
  })
  void metasaugOnLargeImages(String set, double accuracy, int epochs, double decay) {
    Experiment experiment = load(set + "/metasaug");
    assertThat(experiment.published().orElseThrow().accuracy()).isEqualTo(accuracy);
    assertThat(experiment.data().manifest()).contains("data-manifests/" + set + ".yaml");
    Stage features = experiment.stages().get(0);
    learns(features, epochs, 512, new CrossEntropy(), new Sgd(0.2, 0.9, false, decay), COSINE);
    Stage stage = experiment.stages().get(1);
    assertThat(stage.method())
        .isEqualTo(
            new Metasaug(
                Covariance.DIAGONAL,
                0.25,
                new AugmentationRatio.Linear(0),
                0,
                false,
                Metasaug.Statistics.MERGED,
                new CovarianceLearning(
                    true, 1, 0.1, Optional.empty(), Optional.of(256), false, Gradient.EXACT)));
    Loss loss = new WeightedCrossEntropy(WEIGHTS);
    learns(stage, 20, 256, loss, new Sgd(3e-4, 0.9, true, 5e-4), new Constant());
    assertThat(stage.lastBatch()).isEqualTo(LastBatch.KEEP);
    assertThat(stage.freeze()).isEqualTo(new Freeze.Backbone());
    assertThat(stage.frozenNorm()).isEqualTo(FrozenNorm.RUNNING);
    assertThat(stage.reinitialize()).isEqualTo(Stage.Reinitialize.NONE);
  }

  /** Epochs are those that 13000 and 2000 iterations come to. */
  @ParameterizedTest
  @CsvSource({"10, 591, 37, 96, 91", "100, 685, 43, 112, 106"})
  void balancedMetaSoftmaxOnCifar(int set, int epochs, int warmup, int second, int decoupled) {
    Experiment experiment = load("cifar%d-lt/balanced-meta-softmax".formatted(set));
    assertThat(experiment.data().imbalanceFactor()).contains(200.0);
    Sgd optimizer = new Sgd(0.1, 0.9, false, 5e-4);
    Schedule warm = new WarmupCosine(warmup, 0.5, 0, WarmupCosine.Compat.BALMS);
    learns(experiment.stages().get(0), epochs, 512, new CrossEntropy(), optimizer, warm);
    Method method =
        new BalancedMetaSoftmax(
            0,
            0.01,
            Optional.empty(),
            BatchStream.Source.TRAINING,
            0,
            BalancedMetaSoftmax.Noise.BY_CLASS);
    classifier(experiment.stages().get(1), method, second, 512, 0.1);
    Experiment without = load("cifar%d-lt/balms-decoupled-balanced-softmax".formatted(set));
    classifier(without.stages().get(1), new Supervised(), decoupled, 512, 0.1);
  }

  @ParameterizedTest
  @CsvSource({"imagenet-lt, 20, 512, 0.5, 0.1, 1024", "places-lt, 10, 256, 0.02, 0.3, 512"})
  void balancedMetaSoftmaxOnLargeImages(
      String set, int epochs, int batch, double lr, double initPower, int metaBatch) {
    List<Stage> stages = load(set + "/balanced-meta-softmax").stages();
    Method method =
        new BalancedMetaSoftmax(
            initPower,
            0.001,
            Optional.of(metaBatch),
            BatchStream.Source.META,
            0,
            BalancedMetaSoftmax.Noise.BY_CLASS);
    classifier(stages.get(stages.size() - 1), method, epochs, batch, lr);
    if (stages.size() > 1) {
      Sgd optimizer = new Sgd(0.2, 0.9, false, 5e-4);
      learns(stages.get(0), 90, 512, new CrossEntropy(), optimizer, COSINE);
    }
  }

  private static void classifier(Stage stage, Method method, int epochs, int batch, double lr) {
    assertThat(stage.method()).isEqualTo(method);
    learns(stage, epochs, batch, new BalancedSoftmax(), new Sgd(lr, 0.9, false, 5e-4), COSINE);
    assertThat(stage.lastBatch()).isEqualTo(LastBatch.DROP);
    assertThat(stage.freeze()).isEqualTo(new Freeze.Backbone());
    assertThat(stage.frozenNorm()).isEqualTo(FrozenNorm.BATCH);
    assertThat(stage.reinitialize()).isEqualTo(Stage.Reinitialize.HEAD);
  }
}
