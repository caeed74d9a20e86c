package longtail.method;

import static longtail.method.metasaug.MetasaugSetup.COUNTS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import longtail.Collective;
import longtail.dataset.Shots;
import longtail.loss.BalancedSoftmax;
import longtail.loss.CrossEntropy;
import longtail.loss.DiscCentroids;
import longtail.loss.Loss;
import longtail.method.centroids.DiscriminativeCentroids;
import longtail.method.metasampler.BalancedMetaSoftmax;
import longtail.method.metasaug.AugmentationRatio;
import longtail.method.metasaug.CovarianceLearning;
import longtail.method.metasaug.CovarianceLearning.Gradient;
import longtail.method.metasaug.Metasaug;
import longtail.method.metasaug.MetasaugSetup;
import longtail.method.priority.ClassPriorities;
import longtail.method.priority.ImagePriorities;
import longtail.method.supervised.Supervised;
import longtail.nn.FrozenNorm;
import longtail.nn.Network;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.Architecture;
import longtail.nn.head.Head;
import longtail.nn.head.LinearHead;
import longtail.nn.head.MetaEmbeddingHead;
import longtail.optim.Sgd;
import longtail.optim.Span;
import longtail.optim.UpdateRule;
import longtail.sample.BatchStream;
import longtail.sample.Hardness;
import longtail.sample.ManualWeights;
import longtail.sample.Population;
import longtail.sample.PriorityOptions;
import longtail.statistics.Covariance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Workers that merge what all of them brought go on as workers that are restored to the run's state
 * after it.
 */
class MethodStateTest {
  private static final int ROUNDS = 5;
  private static final int STEPS_PER_ROUND = 2;
  private static final int STEPS_PER_EPOCH = 3;

  /** A method, and what it learns. */
  private record Setting(String name, Method method, Head head, Loss loss) {
    Setting(String name, Method method) {
      this(name, method, LinearHead.standard(), new CrossEntropy());
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Setting> settings() {
    return Stream.of(
            Stream.of(true, false)
                .flatMap(
                    persist ->
                        Stream.of(
                            metasaug(Covariance.FULL, Metasaug.Statistics.MERGED, persist),
                            metasaug(Covariance.DIAGONAL, Metasaug.Statistics.LOCAL, persist))),
            Stream.of(metasaug(Covariance.DIAGONAL, Metasaug.Statistics.MERGED, true)),
            Stream.of(metasaug(Covariance.FULL, Metasaug.Statistics.LOCAL, true)),
            Stream.of(0, 2).map(MethodStateTest::balancedMetaSoftmax),
            Stream.of(PriorityOptions.Rescaling.values())
                .flatMap(
                    rescaling -> Stream.of(classPriorities(rescaling), imagePriorities(rescaling))),
            Stream.of(0.0, 0.9).flatMap(MethodStateTest::centroids),
            Stream.of(new Setting("supervised", new Supervised())))
        .flatMap(all -> all);
  }

  private static Setting metasaug(Covariance kind, Metasaug.Statistics of, boolean persist) {
    CovarianceLearning meta = MetasaugSetup.method(kind, Gradient.EXACT).meta();
    return new Setting(
        "metasaug %s %s%s".formatted(kind, of, persist ? " persisting" : ""),
        new Metasaug(kind, 0.7, new AugmentationRatio.Linear(0), 0, persist, of, meta),
        LinearHead.standard(),
        MetasaugSetup.LOSS);
  }

  private static Setting balancedMetaSoftmax(int lag) {
    return new Setting(
        "balanced-meta-softmax lag " + lag,
        new BalancedMetaSoftmax(
            0.2,
            0.05,
            Optional.empty(),
            BatchStream.Source.TRAINING,
            lag,
            BalancedMetaSoftmax.Noise.BY_CLASS),
        LinearHead.standard(),
        new BalancedSoftmax());
  }

  private static Setting classPriorities(PriorityOptions.Rescaling rescaling) {
    return new Setting(
        "class-priorities " + rescaling,
        new ClassPriorities(priorities(Hardness.ENTROPY, rescaling, 0.3)));
  }

  private static Setting imagePriorities(PriorityOptions.Rescaling rescaling) {
    return new Setting(
        "image-priorities " + rescaling,
        new ImagePriorities(priorities(Hardness.SCORE, rescaling, 0)));
  }

  private static PriorityOptions priorities(
      Hardness hardness, PriorityOptions.Rescaling rescaling, double momentum) {
    ManualWeights manual =
        new ManualWeights(
            1,
            Optional.of(0.0),
            ManualWeights.Shift.LINEAR,
            Optional.empty(),
            ManualWeights.RootDecay.NONE,
            30);
    return new PriorityOptions(
        manual, hardness, 1, rescaling, 1, momentum, PriorityOptions.Repeats.ONCE);
  }

  private static Stream<Setting> centroids(double momentum) {
    Method method =
        new DiscriminativeCentroids(
            new DiscCentroids(50, 0.2), 0.5, new Sgd(0.3, momentum, false, 0));
    return Stream.of(
            LinearHead.standard(), new MetaEmbeddingHead(16, 10, MetaEmbeddingHead.Memory.FIXED))
        .map(
            head ->
                new Setting(
                    "centroids, momentum %s, %s".formatted(momentum, head),
                    method,
                    head,
                    new CrossEntropy()));
  }

  /** A learner with a network of its own. */
  private static final class Worker implements AutoCloseable {
    private final Setting setting;
    private final Network network;
    private final Learner learner;

    Worker(Setting setting) {
      this.setting = setting;
      network =
          Network.create(
              new Architecture(new CifarResnet(8, 4, Shortcut.A), setting.head, 3, 8, 8),
              DataType.DOUBLE,
              1);
      network.freezeBackbone(FrozenNorm.RUNNING);
      List<Span> trainable =
          network.layout().stream()
              .filter(block -> block.trainable() && block.head())
              .map(block -> new Span(block.offset(), block.length()))
              .toList();
      int[] labels = IntStream.range(0, 51).map(i -> i < 40 ? 0 : i < 49 ? 1 : 2).toArray();
      learner =
          setting.method.learner(
              new LearningProblem(
                  network,
                  setting.loss.bind(COUNTS),
                  UpdateRule.of(new Sgd(0.1, 0.9, false, 0)),
                  trainable,
                  COUNTS,
                  ROUNDS,
                  17,
                  Optional.empty(),
                  Collective.ALONE,
                  Networks.NONE,
                  Optional.of(Population.of(labels, 3, labels.length)),
                  1));
    }

    /** The steps of a round with {@code images} in each. */
    void steps(int round, int images) {
      for (int i = round * STEPS_PER_ROUND; i < (round + 1) * STEPS_PER_ROUND; i++) {
        if (images > 0) {
          learner.epoch(i / STEPS_PER_EPOCH);
          Batch batch = MetasaugSetup.batch(10 * i + images, images);
          Batch meta = MetasaugSetup.batch(1000 + i, 5);
          List<Batch> others = setting.method.streams().stream().map(stream -> meta).toList();
          learner.step(new StepBatches(batch, others), 0.02, i);
        }
        if ((i + 1) % STEPS_PER_EPOCH == 0) {
          learner.endEpoch();
        }
      }
    }

    @Override
    public void close() {
      learner.close();
      network.close();
    }
  }

  /** Images of a worker in each step of a round; the second has none in the second round. */
  private static int images(int round, int worker) {
    return round == 1 && worker == 1 ? 0 : 2 + worker;
  }

  @ParameterizedTest
  @MethodSource("settings")
  void workersThatMergeGoOnAsThoseThatAreRestored(Setting setting) {
    for (int workers = 1; workers <= 3; workers++) {
      List<Worker> merging = new ArrayList<>();
      List<Worker> restored = new ArrayList<>();
      for (int w = 0; w < workers; w++) {
        merging.add(new Worker(setting));
        restored.add(new Worker(setting));
      }
      for (int round = 0; round < ROUNDS; round++) {
        List<Contribution> contributions = contributions(merging, round);
        assertSame(contributions(restored, round), contributions);
        for (int w = 0; w < workers; w++) {
          merging.get(w).learner.merge(contributions, w);
        }
        byte[] state = whole(setting.method, merging);
        for (int w = 0; w < workers; w++) {
          restored.get(w).learner.restore(setting.method.share(state, w, workers));
          assertSame(merging.get(w), restored.get(w));
        }
      }
      merging.forEach(Worker::close);
      restored.forEach(Worker::close);
    }
  }

  private static List<Contribution> contributions(List<Worker> workers, int round) {
    List<Contribution> contributions = new ArrayList<>();
    for (int w = 0; w < workers.size(); w++) {
      workers.get(w).steps(round, images(round, w));
      contributions.add(
          new Contribution(
              workers.get(w).learner.contribution(), (long) STEPS_PER_ROUND * images(round, w)));
    }
    return contributions;
  }

  private static void assertSame(List<Contribution> got, List<Contribution> want) {
    for (int w = 0; w < want.size(); w++) {
      assertThat(got.get(w).bytes()).isEqualTo(want.get(w).bytes());
    }
  }

  private static void assertSame(Worker got, Worker want) {
    assertThat(got.learner.state()).isEqualTo(want.learner.state());
    assertThat(got.learner.contribution()).isEqualTo(want.learner.contribution());
    assertThat(got.network.parameters()).isEqualTo(want.network.parameters());
    assertThat(got.learner.figures(COUNTS, Shots.USUAL))
        .isEqualTo(want.learner.figures(COUNTS, Shots.USUAL));
    assertThat(got.learner.draws().map(draws -> draws.classProbabilities(0)))
        .usingRecursiveComparison()
        .isEqualTo(want.learner.draws().map(draws -> draws.classProbabilities(0)));
  }

  /** The run's state, which has to be that of all workers where they have none of their own. */
  private static byte[] whole(Method method, List<Worker> workers) {
    List<byte[]> states = workers.stream().map(worker -> worker.learner.state()).toList();
    if (!method.ownStates()) {
      assertThat(states).allSatisfy(state -> assertThat(state).isEqualTo(states.get(0)));
    }
    return method.whole(states);
  }
}
