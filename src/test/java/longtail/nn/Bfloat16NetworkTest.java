package longtail.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import longtail.Bits;
import longtail.RandomStreams;
import longtail.dataset.ClassCounts;
import longtail.loss.CrossEntropy;
import longtail.loss.LossFunction;
import longtail.loss.LossValue;
import longtail.nn.backbone.Backbone;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Resnet32;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.MixingPlace;
import longtail.nn.head.LinearHead;
import longtail.nn.layer.BatchMixing;
import longtail.nn.layer.Mode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Networks whose feature maps are bfloat16 do what those of float32 and float64 do. */
class Bfloat16NetworkTest {
  private static final int CLASSES = 4;
  private static final int SIZE = 16;

  private static Network network(Backbone backbone, DataType type) {
    return Network.create(
        new Architecture(backbone, LinearHead.standard(), CLASSES, SIZE, SIZE), type, 3);
  }

  private static Network halved(Backbone backbone) {
    Network network = network(backbone, DataType.FLOAT);
    network.keepMapsIn(DataType.BFLOAT16);
    return network;
  }

  /** Images of classes that differ by a pattern of colours, under noise. */
  private static INDArray images(long seed, int batch) {
    INDArray images = Nd4j.create(DataType.FLOAT, batch, SIZE, SIZE, 3);
    SplittableRandom random = RandomStreams.of(seed);
    for (long i = 0; i < images.length(); i++) {
      long image = i / (SIZE * SIZE * 3);
      double pattern = Math.sin((i % (SIZE * SIZE * 3)) * 0.05 * (1 + image % CLASSES));
      images.putScalar(i, pattern + RandomStreams.gaussian(random));
    }
    return images;
  }

  private static int[] labels(int batch) {
    int[] labels = new int[batch];
    Arrays.setAll(labels, i -> i % CLASSES);
    return labels;
  }

  private static double distance(INDArray actual, INDArray expected) {
    INDArray exact = expected.castTo(DataType.DOUBLE);
    return actual.castTo(DataType.DOUBLE).sub(exact).norm2Number().doubleValue()
        / exact.norm2Number().doubleValue();
  }

  @ParameterizedTest
  @EnumSource(Shortcut.class)
  void featuresLogitsAndGradientsAgreeWithFloat64(Shortcut shortcut) {
    Backbone backbone = new CifarResnet(14, 16, shortcut);
    INDArray images = images(5, 24);
    INDArray gradLogits = Nd4j.create(DataType.FLOAT, 24, CLASSES);
    SplittableRandom random = RandomStreams.of(6);
    for (long i = 0; i < gradLogits.length(); i++) {
      gradLogits.putScalar(i, RandomStreams.gaussian(random));
    }
    try (Network half = halved(backbone);
        Network exact = network(backbone, DataType.DOUBLE)) {
      exact.parameters().assign(half.parameters().castTo(DataType.DOUBLE));
      Activations a = half.forward(images, Mode.TRAIN);
      Activations b = exact.forward(images, Mode.TRAIN);
      assertThat(a.features().dataType()).isEqualTo(DataType.FLOAT);
      assertThat(distance(a.features(), b.features())).as("features").isLessThan(0.02);
      assertThat(distance(a.logits(), b.logits())).as("logits").isLessThan(0.03);
      assertThat(distance(half.activation("layer2.0"), exact.activation("layer2.0")))
          .as("a feature map")
          .isLessThan(0.02);
      half.backward(gradLogits);
      exact.backward(gradLogits);
      // Rounding flips about a thousandth of every rectifier's mask, which moves gradients by the
      // square root of that.
      assertThat(distance(half.gradients(), exact.gradients())).as("gradients").isLessThan(0.3);
      assertThat(distance(half.imageGradient(), exact.imageGradient()))
          .as("gradient of the images")
          .isLessThan(0.4);
      assertThat(distance(half.parameters(), exact.parameters()))
          .as("running statistics")
          .isLessThan(1e-3);
    }
  }

  @Test
  void batchSizesAndPrecisionsMayAlternate() {
    try (Network network = halved(new CifarResnet(8, 16, Shortcut.A))) {
      INDArray few = network.forward(images(1, 3), Mode.EVAL).logits().dup();
      network.forward(images(2, 9), Mode.EVAL);
      assertThat(Bits.of(network.forward(images(1, 3), Mode.EVAL).logits()))
          .isEqualTo(Bits.of(few));
      network.keepMapsIn(DataType.FLOAT);
      assertThat(distance(network.forward(images(1, 3), Mode.EVAL).logits(), few))
          .isBetween(1e-6, 0.05);
    }
  }

  @Test
  void mapsAreMixedAsInFloat32() {
    Backbone backbone = new CifarResnet(8, 16, Shortcut.A);
    Optional<Mixing> mixing =
        Optional.of(new Mixing(MixingPlace.LAYER1, new BatchMixing(new int[] {1, 2, 0, 3}, 0.3)));
    INDArray images = images(1, 4);
    INDArray gradLogits = images(2, 4).reshape(-1).get(NDArrayIndex.interval(0, 16));
    try (Network half = halved(backbone);
        Network single = network(backbone, DataType.FLOAT)) {
      INDArray expected = single.forward(images, Mode.TRAIN, mixing).logits();
      assertThat(distance(half.forward(images, Mode.TRAIN, mixing).logits(), expected))
          .isLessThan(0.05);
      half.backward(gradLogits.reshape(4, CLASSES));
      single.backward(gradLogits.reshape(4, CLASSES));
      assertThat(distance(half.gradients(), single.gradients())).isLessThan(0.3);
    }
  }

  @Test
  void resnet32TrainsAsInFloat32() {
    try (Network half = halved(new Resnet32(16, Shortcut.A));
        Network single = network(new Resnet32(16, Shortcut.A), DataType.FLOAT)) {
      double start = loss(single);
      train(half);
      train(single);
      assertThat(loss(single)).isLessThan(start / 2);
      assertThat(loss(half)).isCloseTo(loss(single), within(0.1 * start));
    }
  }

  private static void train(Network network) {
    LossFunction loss = new CrossEntropy().bind(ClassCounts.ofLabels(labels(CLASSES), CLASSES));
    for (int step = 0; step < 15; step++) {
      INDArray logits = network.forward(images(100 + step, 16), Mode.TRAIN).logits();
      network.backward(loss.evaluate(logits, labels(16)).gradLogits());
      network.parameters().subi(network.gradients().mul(0.05));
    }
  }

  /** Loss on images of the same classes that training has not seen. */
  private static double loss(Network network) {
    LossFunction loss = new CrossEntropy().bind(ClassCounts.ofLabels(labels(CLASSES), CLASSES));
    INDArray logits = network.forward(images(7, 64), Mode.BATCH_STATISTICS).logits();
    LossValue value = loss.evaluate(logits, labels(64));
    return value.value();
  }

  @Test
  void tangentsWantMapsOfFloat32() {
    try (Network network = halved(new CifarResnet(8, 16, Shortcut.A))) {
      network.forward(images(1, 3), Mode.TRAIN);
      assertThatThrownBy(() -> network.tangent(network.parameters()))
          .hasMessageContaining("model.precision: float32");
    }
  }

  @Test
  void doublesDoNotGoWithBfloat16() {
    try (Network network = network(new CifarResnet(8, 16, Shortcut.A), DataType.DOUBLE)) {
      assertThatThrownBy(() -> network.keepMapsIn(DataType.BFLOAT16))
          .hasMessageContaining("BFLOAT16")
          .hasMessageContaining("DOUBLE");
    }
  }
}
