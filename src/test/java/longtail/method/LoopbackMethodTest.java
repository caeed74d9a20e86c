package longtail.method;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import longtail.Bits;
import longtail.Collective;
import longtail.RandomStreams;
import longtail.config.OneOf;
import longtail.config.Yaml;
import longtail.dataset.ClassCounts;
import longtail.loss.Loss;
import longtail.method.bbn.Bbn;
import longtail.method.centroids.DiscriminativeCentroids;
import longtail.method.distill.Distill;
import longtail.method.glmc.Glmc;
import longtail.method.metasampler.BalancedMetaSoftmax;
import longtail.method.metasaug.Metasaug;
import longtail.method.priority.ClassPriorities;
import longtail.method.priority.ImagePriorities;
import longtail.method.supervised.Supervised;
import longtail.mix.Mixer;
import longtail.nn.FrozenNorm;
import longtail.nn.Network;
import longtail.nn.backbone.Bilateral;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.head.Head;
import longtail.nn.kernel.LoopbackMemory;
import longtail.nn.kernel.LoopbackProvider;
import longtail.optim.Constraint;
import longtail.optim.MovingAverage;
import longtail.optim.Optimizer;
import longtail.optim.ParameterGroups;
import longtail.optim.Span;
import longtail.optim.UpdateRule;
import longtail.sample.Population;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Methods whose networks are in a memory that nobody but the kernels can read learn to the same
 * bits as on the host: nothing outside of the boundary of memory touches it.
 */
class LoopbackMethodTest {
  private static final ClassCounts COUNTS = ClassCounts.of(40, 9, 2);
  private static final int SIZE = 8;
  private static final int STEPS = 3;

  /** What a stage of an experiment file says. */
  record Stage(
      @OneOf({
            Supervised.class,
            BalancedMetaSoftmax.class,
            Bbn.class,
            ClassPriorities.class,
            DiscriminativeCentroids.class,
            Distill.class,
            Glmc.class,
            ImagePriorities.class,
            Metasaug.class
          })
          Method method,
      Loss loss,
      Head head,
      Optimizer optimizer,
      Optional<Double> clipNorm,
      Optional<Constraint> constraint,
      Optional<MovingAverage> average,
      Optional<ParameterGroups> groups,
      Optional<Integer> accumulate,
      Optional<FrozenNorm> frozen) {}

  private static final String SUPERVISED = "method: supervised, loss: cross-entropy, head: linear";

  static List<String> stages() {
    return List.of(
        SUPERVISED + ", optimizer: sgd",
        SUPERVISED + ", optimizer: {type: sgd, momentum: 0}",
        SUPERVISED + ", optimizer: adam, clip-norm: 0.1, average: {}",
        SUPERVISED + ", optimizer: sgd, constraint: {type: max-norm, timing: step}, average: {}",
        SUPERVISED + ", optimizer: sgd, constraint: {type: tau-norm, tau: 0.5}",
        SUPERVISED + ", optimizer: sgd, groups: {head-rate: 2, decay: weights}",
        SUPERVISED + ", optimizer: sgd, accumulate: 2",
        SUPERVISED + ", optimizer: sgd, frozen: batch",
        metasaug("exact", "cross-entropy"),
        metasaug("forward-difference", "ldam"),
        metasaug("finite-difference", "cross-entropy"),
        balancedMetaSoftmax(""),
        balancedMetaSoftmax(", frozen: running"),
        "method: bbn, loss: cross-entropy, head: linear, optimizer: sgd",
        "method: glmc, loss: balanced-softmax, head: {type: glmc, embedding: 5}, optimizer: sgd",
        "method: class-priorities, loss: cross-entropy, head: linear, optimizer: sgd",
        "method: image-priorities, loss: cross-entropy, head: linear, optimizer: sgd",
        centroids("linear"),
        centroids("{type: meta-embedding, memory: fixed}"),
        "method: {type: distill, teacher: t}, loss: cross-entropy, head: linear, optimizer: sgd");
  }

  private static String metasaug(String gradient, String loss) {
    return "method: {type: metasaug, meta: {gradient: %s}}, loss: %s, head: linear, optimizer: sgd"
        .formatted(gradient, loss);
  }

  private static String balancedMetaSoftmax(String more) {
    return "method: balanced-meta-softmax, loss: balanced-softmax, head: linear, optimizer: sgd"
        + more;
  }

  private static String centroids(String head) {
    return "method: discriminative-centroids, loss: cross-entropy, head: %s, optimizer: sgd"
        .formatted(head);
  }

  private static Stage stage(String yaml) {
    return Yaml.read("{" + yaml + "}", "test", Stage.class);
  }

  @Test
  void everyMethodIsCovered() {
    OneOf methods =
        Arrays.stream(longtail.train.experiment.Stage.class.getRecordComponents())
            .filter(component -> component.getType() == Method.class)
            .findFirst()
            .orElseThrow()
            .getAnnotation(OneOf.class);
    assertThat(stages().stream().<Object>map(yaml -> stage(yaml).method().getClass()))
        .contains((Object[]) methods.value());
  }

  @AfterEach
  void everythingIsFreed() {
    assertThat(LoopbackMemory.INSTANCE.arrays()).isZero();
  }

  @ParameterizedTest
  @MethodSource("stages")
  void float32(String yaml) {
    assertSame(stage(yaml), DataType.FLOAT);
  }

  @ParameterizedTest
  @MethodSource("stages")
  void float64(String yaml) {
    assertSame(stage(yaml), DataType.DOUBLE);
  }

  private static void assertSame(Stage stage, DataType type) {
    Supplier<Map<String, double[]>> run = () -> run(stage, type);
    Map<String, double[]> host = run.get();
    Map<String, double[]> loopback = LoopbackProvider.using(run);
    assertThat(loopback.keySet()).isEqualTo(host.keySet());
    host.forEach(
        (name, numbers) -> {
          assertThat(loopback.get(name)).describedAs(name).isEqualTo(numbers);
          assertThat(Arrays.stream(numbers).allMatch(Double::isFinite)).describedAs(name).isTrue();
        });
  }

  private static Network network(Stage stage, DataType type, long seed) {
    CifarResnet trunk = new CifarResnet(8, 4, Shortcut.A);
    return Network.create(
        new Architecture(
            stage.method() instanceof Bbn ? new Bilateral(trunk) : trunk,
            stage.head(),
            COUNTS.classes(),
            SIZE,
            SIZE),
        type,
        seed);
  }

  private static Map<String, double[]> run(Stage stage, DataType type) {
    try (Network network = network(stage, type, 1)) {
      stage.frozen().ifPresent(network::freezeBackbone);
      Map<String, double[]> found = new TreeMap<>();
      try (Learner learner = stage.method().learner(problem(stage, network))) {
        for (int step = 0; step < STEPS; step++) {
          learner.epoch(step);
          Batch other = batch(type, 100 + step, 5);
          List<Batch> others =
              IntStream.range(0, stage.method().streams().size()).mapToObj(k -> other).toList();
          StepResult result =
              learner.step(new StepBatches(batch(type, step, 6), others), 0.02, step);
          found.put("loss " + step, new double[] {result.loss(), result.correct()});
          learner.endEpoch();
        }
        found.put("parameters", Bits.of(network.memory().host(learner.parameters())));
        found.put("optimiser", Bits.of(network.memory().host(learner.optimizerState())));
        byte[] state = learner.state();
        found.put("state", IntStream.range(0, state.length).mapToDouble(i -> state[i]).toArray());
      }
      return found;
    }
  }

  private static LearningProblem problem(Stage stage, Network network) {
    List<Span> trainable =
        Span.joined(
            network.layout().stream()
                .filter(ParameterBlock::trainable)
                .filter(block -> stage.frozen().isEmpty() || block.head())
                .map(block -> new Span(block.offset(), block.length()))
                .toList());
    int[] labels = IntStream.range(0, 51).map(i -> i < 40 ? 0 : i < 49 ? 1 : 2).toArray();
    return new LearningProblem(
        network,
        stage.loss().bind(COUNTS),
        new UpdateRule(
            stage.optimizer(),
            stage.clipNorm(),
            stage.groups().orElse(ParameterGroups.uniform()),
            stage.constraint(),
            stage.average()),
        trainable,
        COUNTS,
        10,
        17,
        Optional.<Mixer>empty(),
        Collective.ALONE,
        path -> network(stage, network.type(), 2),
        Optional.of(Population.of(labels, COUNTS.classes(), labels.length)),
        stage.accumulate().orElse(1));
  }

  /** Two views of random images. */
  private static Batch batch(DataType type, long seed, int size) {
    SplittableRandom random = RandomStreams.of(seed);
    return new Batch(
        Stream.generate(
                () ->
                    Nd4j.createFromArray(
                            IntStream.range(0, size * SIZE * SIZE * 3)
                                .mapToDouble(i -> RandomStreams.gaussian(random))
                                .toArray())
                        .reshape('c', new long[] {size, SIZE, SIZE, 3})
                        .castTo(type))
            .limit(2)
            .toList(),
        IntStream.range(0, size).map(i -> i % COUNTS.classes()).toArray(),
        IntStream.range(0, size).map(i -> 7 * i + (int) seed % 7).toArray());
  }
}
