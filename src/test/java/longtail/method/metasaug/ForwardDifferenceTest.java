package longtail.method.metasaug;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import longtail.dataset.ClassCounts;
import longtail.image.codec.ImageCodec;
import longtail.image.synth.Difficulty;
import longtail.image.synth.SyntheticSample;
import longtail.loss.ClassWeighting;
import longtail.loss.Ldam;
import longtail.method.Batch;
import longtail.method.LearningProblem;
import longtail.method.StepBatches;
import longtail.method.metasaug.CovarianceLearning.Gradient;
import longtail.nn.Network;
import longtail.nn.backbone.Resnet32;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.head.LinearHead;
import longtail.optim.Sgd;
import longtail.optim.Span;
import longtail.optim.UpdateRule;
import longtail.statistics.Covariance;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** MetaSAug in float32 with ResNet-32 on images of the embedded sample's kind. */
class ForwardDifferenceTest {
  private static final int CLASSES = 10;
  private static final int SIZE = 32;
  private static final int BATCH = 20;
  private static final int STEPS = 2;

  @TempDir static Path directory;

  @BeforeAll
  static void draw() {
    SyntheticSample.write(
        directory.toString(),
        new SyntheticSample.Options(7, CLASSES, 20, 1, 1, 4, SIZE, Difficulty.QUICKSTART),
        new Configuration());
  }

  /** Images {@code [from, from + perClass)} of every class. */
  private static Batch batch(String split, int from, int perClass) throws IOException {
    int[] labels = IntStream.range(0, CLASSES * perClass).map(i -> i % CLASSES).toArray();
    float[] pixels = new float[labels.length * SIZE * SIZE * 3];
    for (int i = 0, at = 0; i < labels.length; i++) {
      String name = "images/%s/%02d/%05d.jpg".formatted(split, labels[i], from + i / CLASSES);
      for (byte pixel : ImageCodec.decode(Files.readAllBytes(directory.resolve(name))).pixels()) {
        pixels[at++] = ((pixel & 0xFF) / 255f - 0.5f) / 0.25f;
      }
    }
    return new Batch(
        Nd4j.createFromArray(pixels).reshape('c', labels.length, SIZE, SIZE, 3),
        labels,
        IntStream.range(0, labels.length).toArray());
  }

  /** The gradient at the covariances in the last of some steps. */
  private static INDArray gradient(Gradient form) throws IOException {
    ClassCounts counts = ClassCounts.of(IntStream.range(0, CLASSES).map(c -> 50 - 4 * c).toArray());
    Network network =
        Network.create(
            new Architecture(Resnet32.standard(), LinearHead.standard(), CLASSES, SIZE, SIZE),
            DataType.FLOAT,
            1);
    List<Span> trainable =
        Span.joined(
            network.layout().stream()
                .filter(ParameterBlock::trainable)
                .map(block -> new Span(block.offset(), block.length()))
                .toList());
    LearningProblem problem =
        new LearningProblem(
            network,
            new Ldam(1, 0.5, new ClassWeighting.EffectiveNumber(0.99)).bind(counts),
            UpdateRule.of(new Sgd(0.01, 0.9, true, 5e-4)),
            trainable,
            counts,
            10,
            0);
    CovarianceLearning learning =
        new CovarianceLearning(true, 1, 0.1, Optional.empty(), Optional.empty(), false, form);
    Metasaug method =
        new Metasaug(
            Covariance.FULL,
            0.75,
            new AugmentationRatio.Linear(0),
            0,
            false,
            Metasaug.Statistics.MERGED,
            learning);
    try (network;
        MetasaugLearner learner = new MetasaugLearner(method, problem)) {
      learner.epoch(8);
      Batch meta = batch("meta", 0, BATCH / CLASSES);
      for (int step = 0; step < STEPS; step++) {
        Batch main = batch("train", step * BATCH / CLASSES, BATCH / CLASSES);
        learner.step(new StepBatches(main, List.of(meta)), 0.01, step);
      }
      return learner.metaGradient().orElseThrow().gradient().values().dup();
    }
  }

  @Test
  void itIsNearTheExactGradient() throws IOException {
    INDArray exact = gradient(Gradient.EXACT);
    INDArray difference = gradient(Gradient.FORWARD_DIFFERENCE);
    double relative =
        difference.sub(exact).norm2Number().doubleValue() / exact.norm2Number().doubleValue();
    assertThat(relative).isPositive().isLessThan(0.02);
  }
}
