package longtail.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import longtail.RandomStreams;
import longtail.Versions;
import longtail.dataset.ClassCounts;
import longtail.loss.CrossEntropy;
import longtail.loss.LossFunction;
import longtail.nn.Architecture;
import longtail.nn.Backbone;
import longtail.nn.LinearHead;
import longtail.nn.Mode;
import longtail.nn.Network;
import longtail.nn.ParameterBlock;
import longtail.nn.kernel.KernelThreads;
import longtail.optim.Optimizer;
import longtail.optim.Sgd;
import longtail.optim.Span;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Measures how fast a network trains or infers on this machine: forward, cross-entropy, backward
 * and a step of SGD with Nesterov momentum, or a forward pass alone, over one resident batch of
 * random images.
 */
public final class Benchmark {
  private static final int CLASSES = 100;
  private static final int WARM_UP_STEPS = 3;

  private Benchmark() {}

  /** What is measured. */
  public enum Work {
    /** Whole training steps. */
    TRAIN,
    /** Forward passes for evaluation. */
    INFERENCE
  }

  /**
   * What to measure.
   *
   * @param backbone the network, with a linear head of 100 classes
   * @param size image height and width in pixels
   * @param batch images per step
   * @param precision type of the numbers
   * @param threads OpenMP threads of the network
   * @param work training or inference
   * @param steps measured steps, at least 1
   */
  public record Options(
      Backbone backbone,
      int size,
      int batch,
      Model.Precision precision,
      int threads,
      Work work,
      int steps) {
    /** Checks that the counts are positive. */
    public Options {
      Checks.atLeast(1, size, "size");
      Checks.atLeast(1, batch, "batch");
      Checks.atLeast(1, threads, "threads");
      Checks.atLeast(1, steps, "steps");
    }
  }

  /**
   * What was measured; medians over the steps.
   *
   * @param backbone the network
   * @param mode training or inference
   * @param precision type of the numbers
   * @param batch images per step
   * @param threads OpenMP threads
   * @param kernels which kernels computed
   * @param parameters learnt numbers
   * @param imagesPerSecond by the clock
   * @param cpuImagesPerSecond by the processor time of all threads: what a busy machine leaves
   *     unchanged
   * @param millisecondsPerStep by the clock
   * @param versions of what took part
   */
  public record Result(
      String backbone,
      String mode,
      String precision,
      int batch,
      int threads,
      String kernels,
      long parameters,
      double imagesPerSecond,
      double cpuImagesPerSecond,
      double millisecondsPerStep,
      Map<String, String> versions) {
    /** The result as one line of JSON with names in snake case. */
    public String json() {
      ObjectMapper mapper =
          new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
      try {
        return mapper.writeValueAsString(this);
      } catch (JsonProcessingException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Measures on the calling thread. */
  public static Result run(Options options) {
    KernelThreads.use(options.threads());
    DataType type = options.precision().type();
    Architecture architecture =
        new Architecture(
            options.backbone(), LinearHead.standard(), CLASSES, options.size(), options.size());
    try (Network network = Network.create(architecture, type, 1)) {
      INDArray images = images(options, type);
      Runnable step =
          switch (options.work()) {
            case TRAIN -> trainingStep(network, images);
            case INFERENCE -> () -> network.forward(images, Mode.EVAL);
          };
      for (int i = 0; i < WARM_UP_STEPS; i++) {
        step.run();
      }
      double[] wall = new double[options.steps()];
      double[] cpu = new double[options.steps()];
      for (int i = 0; i < options.steps(); i++) {
        long wallStart = System.nanoTime();
        long cpuStart = cpuNanos(options.threads());
        step.run();
        cpu[i] = (cpuNanos(options.threads()) - cpuStart) / 1e9;
        wall[i] = (System.nanoTime() - wallStart) / 1e9;
      }
      return new Result(
          options.backbone().getClass().getSimpleName().toLowerCase(Locale.ROOT),
          options.work().name().toLowerCase(Locale.ROOT),
          options.precision().name().toLowerCase(Locale.ROOT),
          options.batch(),
          options.threads(),
          network.kernels(),
          network.layout().stream()
              .filter(ParameterBlock::trainable)
              .mapToLong(ParameterBlock::length)
              .sum(),
          rounded(options.batch() / median(wall)),
          rounded(options.batch() / median(cpu)),
          rounded(1e3 * median(wall)),
          Versions.all());
    }
  }

  private static INDArray images(Options options, DataType type) {
    SplittableRandom random = RandomStreams.of(1);
    double[] pixels = new double[options.batch() * options.size() * options.size() * 3];
    Arrays.setAll(pixels, i -> RandomStreams.gaussian(random));
    return Nd4j.createFromArray(pixels)
        .reshape('c', new long[] {options.batch(), options.size(), options.size(), 3})
        .castTo(type);
  }

  private static Runnable trainingStep(Network network, INDArray images) {
    int[] labels = new int[(int) images.size(0)];
    Arrays.setAll(labels, i -> i % CLASSES);
    LossFunction loss = new CrossEntropy().bind(ClassCounts.ofLabels(labels, CLASSES));
    Optimizer optimizer = new Sgd(0.1, 0.9, true, 2e-4);
    INDArray velocity =
        Nd4j.zeros(network.type(), optimizer.stateLength(network.parameters().length()));
    List<Span> trainable = trainable(network);
    long[] iteration = {0};
    return () -> {
      INDArray logits = network.forward(images, Mode.TRAIN).logits();
      network.backward(loss.evaluate(logits, labels).gradLogits());
      optimizer.step(
          network.parameters(),
          network.gradients(),
          velocity,
          optimizer.lr(),
          trainable,
          iteration[0]++);
    };
  }

  private static List<Span> trainable(Network network) {
    List<Span> spans = new ArrayList<>();
    for (ParameterBlock block : network.layout()) {
      if (block.trainable()) {
        spans.add(new Span(block.offset(), block.length()));
      }
    }
    return spans;
  }

  /** Processor time of the calling thread, or of the process where it has helpers. */
  private static long cpuNanos(int threads) {
    boolean alone =
        threads == 1
            || !(ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean);
    return alone
        ? ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime()
        : ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
            .getProcessCpuTime();
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }

  private static double rounded(double value) {
    return Math.round(value * 10) / 10.0;
  }
}
