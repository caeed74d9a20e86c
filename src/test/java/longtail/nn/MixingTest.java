package longtail.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import longtail.Bits;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.MixingPlace;
import longtail.nn.head.LinearHead;
import longtail.nn.layer.BatchMixing;
import longtail.nn.layer.Mode;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class MixingTest {
  private static final Architecture SMALL =
      new Architecture(new CifarResnet(8, 4, Shortcut.A), LinearHead.standard(), 5, 8, 8);

  @RepeatedTest(8)
  void theTransposedMapIsTheAdjoint(RepetitionInfo repetition) {
    SplittableRandom random = RandomStreams.of(repetition.getCurrentRepetition());
    int batch = 1 + random.nextInt(9);
    // long enough for several pieces, and not a multiple of their length
    long[] shape = {batch, 1 + random.nextInt(40), 1 + random.nextInt(40), 1 + random.nextInt(5)};
    int[] partners = IntStream.range(0, batch).toArray();
    RandomStreams.shuffle(partners, random);
    BatchMixing map = new BatchMixing(partners, random.nextDouble());
    INDArray x = gaussian(random, shape);
    INDArray y = gaussian(random, shape);
    INDArray forward = x.ulike();
    INDArray backward = y.ulike();
    map.apply(x, forward);
    map.transpose().apply(y, backward);
    double scale = x.norm2Number().doubleValue() * y.norm2Number().doubleValue();
    assertThat(dot(forward, y)).isCloseTo(dot(x, backward), within(1e-12 * scale));
  }

  @ParameterizedTest
  @EnumSource(
      value = MixingPlace.class,
      names = {"LAYER1", "LAYER2", "LAYER3", "POOL", "FC"})
  void aMixThatKeepsEverythingChangesNothing(MixingPlace place) {
    INDArray images = gaussian(RandomStreams.of(4), 6, 8, 8, 3);
    Mixing mixing = new Mixing(place, new BatchMixing(new int[] {1, 2, 3, 4, 5, 0}, 1));
    try (Network plain = Network.create(SMALL, DataType.DOUBLE, 1);
        Network mixed = Network.create(SMALL, DataType.DOUBLE, 1)) {
      INDArray want = plain.forward(images, Mode.TRAIN).logits();
      INDArray got = mixed.forward(images, Mode.TRAIN, Optional.of(mixing)).logits();
      assertThat(Bits.of(got)).isEqualTo(Bits.of(want));
      INDArray gradient = gaussian(RandomStreams.of(5), 6, 5);
      plain.backward(gradient);
      mixed.backward(gradient);
      assertThat(Bits.of(mixed.gradients())).isEqualTo(Bits.of(plain.gradients()));
    }
  }

  @Test
  void featuresAndLogitsAreThoseAfterTheMix() {
    INDArray images = gaussian(RandomStreams.of(4), 3, 8, 8, 3);
    BatchMixing map = new BatchMixing(new int[] {1, 2, 0}, 0.25);
    try (Network network = Network.create(SMALL, DataType.DOUBLE, 1)) {
      Activations plain = network.forward(images, Mode.BATCH_STATISTICS);
      INDArray features = plain.features().dup();
      INDArray logits = plain.logits().dup();
      INDArray want = features.ulike();
      map.apply(features, want);
      Optional<Mixing> pool = Optional.of(new Mixing(MixingPlace.POOL, map));
      INDArray mixed = network.forward(images, Mode.BATCH_STATISTICS, pool).features();
      assertThat(Bits.of(mixed)).isEqualTo(Bits.of(want));
      Optional<Mixing> fc = Optional.of(new Mixing(MixingPlace.FC, map));
      Activations mixedLogits = network.forward(images, Mode.BATCH_STATISTICS, fc);
      want = logits.ulike();
      map.apply(logits, want);
      assertThat(Bits.of(mixedLogits.logits())).isEqualTo(Bits.of(want));
      assertThat(Bits.of(mixedLogits.features())).isEqualTo(Bits.of(features));
      assertThat(Bits.of(network.forward(images, Mode.BATCH_STATISTICS).logits()))
          .isEqualTo(Bits.of(logits));
    }
  }

  @Test
  void aPlaceThatTheBackboneHasNotIsRefused() {
    Mixing mixing = new Mixing(MixingPlace.LAYER4, new BatchMixing(new int[] {1, 0}, 0.5));
    INDArray images = gaussian(RandomStreams.of(4), 2, 8, 8, 3);
    try (Network network = Network.create(SMALL, DataType.DOUBLE, 1)) {
      assertThatThrownBy(() -> network.forward(images, Mode.TRAIN, Optional.of(mixing)))
          .isInstanceOf(LongTailException.class)
          .hasMessageContaining("layer4");
    }
  }

  private static double dot(INDArray a, INDArray b) {
    return a.mul(b).sumNumber().doubleValue();
  }

  private static INDArray gaussian(SplittableRandom random, long... shape) {
    double[] values = new double[(int) Arrays.stream(shape).reduce(1, Math::multiplyExact)];
    Arrays.setAll(values, i -> RandomStreams.gaussian(random));
    return Nd4j.createFromArray(values).reshape('c', shape);
  }
}
