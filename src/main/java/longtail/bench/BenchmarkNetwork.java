package longtail.bench;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import longtail.RandomStreams;
import longtail.collective.WorkerCollective;
import longtail.dataset.ClassCounts;
import longtail.loss.CrossEntropy;
import longtail.loss.LossFunction;
import longtail.nn.Network;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.head.LinearHead;
import longtail.nn.kernel.KernelMemory;
import longtail.nn.kernel.KernelThreads;
import longtail.nn.kernel.Profile;
import longtail.nn.layer.Mode;
import longtail.optim.Optimizer;
import longtail.optim.Sgd;
import longtail.optim.Span;
import longtail.train.VectorAverage;
import longtail.train.experiment.Freeze;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A network with one resident batch of random images, and the step that is measured: forward,
 * cross-entropy, backward and a step of SGD with Nesterov momentum, or a forward pass alone; beside
 * MetaSAug it is the former. For the thread that made it.
 */
final class BenchmarkNetwork implements AutoCloseable {
  private static final int CLASSES = 100;

  private final Benchmark.Work work;
  private final Network network;
  private final INDArray images;
  private final int[] labels;
  private final LossFunction loss;
  private final Optimizer optimizer = new Sgd(0.1, 0.9, true, 2e-4);
  private final KernelMemory memory;
  private final INDArray velocity;
  private final List<Span> trainable;
  private long iteration;

  BenchmarkNetwork(Benchmark.Options options) {
    work = options.work();
    network = network(options);
    images = images(options, network.type(), 1);
    labels = new int[options.batch()];
    Arrays.setAll(labels, i -> i % CLASSES);
    loss = new CrossEntropy().bind(ClassCounts.ofLabels(labels, CLASSES));
    memory = network.memory();
    velocity =
        memory.allocate(network.type(), optimizer.stateLength(network.parameters().length()));
    memory.fill(velocity, 0);
    trainable = new Freeze.None().trainable(network.layout());
  }

  /** A fresh network. */
  static Network network(Benchmark.Options options) {
    KernelThreads.use(options.threads());
    Architecture architecture =
        new Architecture(
            options.backbone(), LinearHead.standard(), CLASSES, options.size(), options.size());
    Network network = options.precision().network(architecture, 1);
    network.recompute(options.recompute());
    return network;
  }

  /** A batch of random images. */
  static INDArray images(Benchmark.Options options, DataType type, long seed) {
    SplittableRandom random = RandomStreams.of(seed);
    float[] pixels = new float[options.batch() * options.size() * options.size() * 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) RandomStreams.gaussian(random);
    }
    return Nd4j.createFromArray(pixels)
        .reshape('c', new long[] {options.batch(), options.size(), options.size(), 3})
        .castTo(type);
  }

  /** The step, as the work demands. */
  void step() {
    switch (work) {
      case TRAIN, METASAUG -> {
        INDArray logits = network.forward(images, Mode.TRAIN).logits();
        network.backward(loss.evaluate(logits, labels).gradLogits());
        update();
      }
      case INFERENCE -> network.forward(images, Mode.EVAL);
    }
  }

  /** The step, whose parts outside the network are timed too. */
  void step(Profile profile) {
    switch (work) {
      case TRAIN, METASAUG -> {
        INDArray logits = network.forward(images, Mode.TRAIN).logits();
        long start = profile.now();
        INDArray gradient = loss.evaluate(logits, labels).gradLogits();
        profile.add("loss", start, 0);
        network.backward(gradient);
        start = profile.now();
        update();
        profile.add("optimizer", start, 0);
      }
      case INFERENCE -> network.forward(images, Mode.EVAL);
    }
  }

  private void update() {
    optimizer.step(
        memory,
        network.parameters(),
        network.gradients(),
        velocity,
        optimizer.lr(),
        trainable,
        iteration++);
  }

  /** From now on the network's kernels are timed. */
  void profile(Profile profile) {
    network.profile(profile);
  }

  /** Averages with the other workers as after a round. */
  void average(WorkerCollective together) {
    double[] weights = new double[together.workers()];
    Arrays.fill(weights, 1.0 / weights.length);
    for (INDArray vector : List.of(network.parameters(), velocity)) {
      memory.change(
          vector,
          host -> VectorAverage.of(host, List.of(new Span(0, vector.length())), weights, together));
    }
  }

  String kernels() {
    return network.kernels();
  }

  /** How many numbers are learnt. */
  long parameters() {
    return parameters(network);
  }

  /** How many numbers {@code network} learns. */
  static long parameters(Network network) {
    return network.layout().stream()
        .filter(ParameterBlock::trainable)
        .mapToLong(ParameterBlock::length)
        .sum();
  }

  @Override
  public void close() {
    network.close();
  }
}
