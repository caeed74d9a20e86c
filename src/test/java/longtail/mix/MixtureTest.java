package longtail.mix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import longtail.Bits;
import longtail.RandomStreams;
import longtail.config.Yaml;
import longtail.dataset.ClassCounts;
import longtail.nn.graph.MixingPlace;
import longtail.nn.layer.BatchMixing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class MixtureTest {
  private static final ClassCounts COUNTS = ClassCounts.of(90, 30, 10, 3);

  private static List<Mixture> all() {
    return List.of(
        new Mixup(1),
        new Mixup(0.2),
        new Cutmix(1, Cutmix.Shares.AREA),
        new Cutmix(1, Cutmix.Shares.LAMBDA),
        new Remix(1, 3, 0.5, Remix.Shares.BATCH_MEAN),
        new Remix(1, 3, 0.5, Remix.Shares.PER_SAMPLE),
        new ManifoldMixup(1, MixingPlace.LAYER2));
  }

  @ParameterizedTest
  @MethodSource("all")
  void mixesLabelsOfTheBatchInSharesThatAddUpToOne(Mixture mixture) {
    ImageBatch samples = samples(11, DataType.FLOAT);
    try (Mixer mixer = mixture.bind(COUNTS, 5)) {
      for (int step = 0; step < 20; step++) {
        MixedLabels labels = mixer.mix(samples, List.of(), step).labels();
        assertThat(labels.first().classes()).isEqualTo(samples.labels());
        assertThat(sorted(labels.second().rows())).isEqualTo(sorted(samples.rows()));
        double[] sums = labels.targets(4).sum(1).toDoubleVector();
        assertThat(sums).hasSize(11).containsOnly(new double[] {1}, within(1e-12));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void aStepIsRepeatedToTheBitWhateverWasDrawnBefore(Mixture mixture) {
    ImageBatch samples = samples(7, DataType.FLOAT);
    try (Mixer one = mixture.bind(COUNTS, 5);
        Mixer other = mixture.bind(COUNTS, 5);
        Mixer elsewhere = mixture.bind(COUNTS, 6)) {
      MixedBatch first = one.mix(samples, List.of(), 3);
      IntStream.range(0, 5).forEach(step -> other.mix(samples, List.of(), step));
      MixedBatch again = other.mix(samples, List.of(), 3);
      assertThat(again.images()).isEqualTo(first.images());
      assertThat(again.labels().shares()).isEqualTo(first.labels().shares());
      assertThat(again.labels().second().rows()).isEqualTo(first.labels().second().rows());
      assertThat(elsewhere.mix(samples, List.of(), 3).labels().second().rows())
          .isNotEqualTo(first.labels().second().rows());
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void leavesTheBatchItWasGivenAsItIs(Mixture mixture) {
    ImageBatch samples = samples(7, DataType.FLOAT);
    INDArray before = samples.images().dup();
    try (Mixer mixer = mixture.bind(COUNTS, 5)) {
      mixer.mix(samples, List.of(), 0);
      assertThat(Bits.of(samples.images())).isEqualTo(Bits.of(before));
    }
  }

  @Test
  void allWorkersDrawTheSameShareWhateverPartOfTheBatchTheyHave() {
    try (Mixer mixer = new Mixup(0.4).bind(COUNTS, 5)) {
      double share = mixer.mix(samples(9, DataType.FLOAT), List.of(), 12).labels().shares()[0];
      for (int size : new int[] {1, 4}) {
        assertThat(mixer.mix(samples(size, DataType.FLOAT), List.of(), 12).labels().shares())
            .containsOnly(share);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void mixupIsAConvexCombinationOfPartners(DataType type) {
    ImageBatch samples = samples(3, type);
    try (ImageBuffer buffer = new ImageBuffer()) {
      BatchMixing pairs = new BatchMixing(new int[] {1, 2, 0}, 0.7);
      INDArray mixed = Mixup.mix(samples, pairs, buffer).images();
      INDArray x = samples.images();
      for (int i = 0; i < 3; i++) {
        INDArray want = x.slice(i).mul(0.7).add(x.slice((i + 1) % 3).mul(0.3));
        assertThat(mixed.slice(i).equalsWithEps(want, 1e-6)).isTrue();
      }
    }
  }

  private static List<DataType> types() {
    return List.of(DataType.FLOAT, DataType.DOUBLE);
  }

  @Test
  void theShareOfCutmixIsThePartOfTheImageThatStayed() {
    ImageBatch samples = samples(6, DataType.DOUBLE);
    try (Mixer mixer = new Cutmix(1, Cutmix.Shares.AREA).bind(COUNTS, 5)) {
      for (int step = 0; step < 30; step++) {
        MixedBatch mixed = mixer.mix(samples, List.of(), step);
        INDArray stayed = mixed.images().eq(samples.images()).castTo(DataType.DOUBLE);
        for (int i = 0; i < 6; i++) {
          boolean alone = mixed.labels().second().rows()[i] == samples.rows()[i];
          double part = stayed.slice(i).meanNumber().doubleValue();
          assertThat(part).isCloseTo(alone ? 1 : mixed.labels().shares()[i], within(1e-12));
        }
      }
    }
  }

  @Test
  void remixGivesTheWholeLabelToTheRarerClassOfAnUnevenPair() {
    Remix remix = new Remix(1, 3, 0.5, Remix.Shares.PER_SAMPLE);
    assertThat(remix.share(0.4, 90, 10)).isZero();
    assertThat(remix.share(0.6, 90, 10)).isEqualTo(0.6);
    assertThat(remix.share(0.6, 10, 90)).isEqualTo(1);
    assertThat(remix.share(0.4, 10, 90)).isEqualTo(0.4);
    assertThat(remix.share(0.4, 25, 10)).isEqualTo(0.4);
  }

  @Test
  void joinedBatchesKeepTheirOwnLabels() {
    ImageBatch one = samples(4, DataType.FLOAT);
    ImageBatch other = samples(3, DataType.FLOAT);
    try (ImageBuffer buffer = new ImageBuffer()) {
      MixedBatch joined = TwoSamplerMix.join(one, other, buffer);
      assertThat(joined.images().slice(5)).isEqualTo(other.images().slice(1));
      assertThat(joined.labels().first().classes())
          .containsExactly(IntStream.concat(stream(one), stream(other)).toArray());
      assertThat(joined.labels().pure()).isTrue();
    }
  }

  @Test
  void theSecondBatchIsCutToTheSizeOfTheFirst() {
    ImageBatch one = samples(3, DataType.FLOAT);
    ImageBatch other = samples(5, DataType.FLOAT);
    try (ImageBuffer buffer = new ImageBuffer()) {
      MixedBatch mixed = TwoSamplerMix.blend(one, other, 0.25, buffer);
      INDArray want = one.images().slice(2).mul(0.25).add(other.images().slice(2).mul(0.75));
      assertThat(mixed.images().slice(2).equalsWithEps(want, 1e-6)).isTrue();
      assertThat(mixed.labels().second().classes()).isEqualTo(Arrays.copyOf(other.labels(), 3));
    }
  }

  @Test
  void hyperParametersAreChecked() {
    assertThat(bind("mixup")).isEqualTo(new Mixup(1));
    assertThat(bind("{type: manifold-mixup, location: layer3}"))
        .isEqualTo(new ManifoldMixup(1, MixingPlace.LAYER3));
    assertThatThrownBy(() -> new Mixup(0)).hasMessageContaining("alpha");
    assertThatThrownBy(() -> new Cutmix(-1, Cutmix.Shares.AREA)).hasMessageContaining("alpha");
    assertThatThrownBy(() -> new Remix(1, 0, 0.5, Remix.Shares.BATCH_MEAN))
        .hasMessageContaining("kappa");
    assertThatThrownBy(() -> new Remix(1, 3, 2, Remix.Shares.BATCH_MEAN))
        .hasMessageContaining("tau");
    assertThatThrownBy(() -> new BatchMixing(new int[] {0, 0}, 0.5))
        .hasMessageContaining("permutation");
    assertThatThrownBy(() -> new BatchMixing(new int[] {0}, 1.5)).hasMessageContaining("lambda");
  }

  private record Holder(Mixture mix) {}

  private static Mixture bind(String yaml) {
    return Yaml.bind(Yaml.tree("mix: " + yaml, "test"), "test", Holder.class).mix();
  }

  private static ImageBatch samples(int size, DataType type) {
    SplittableRandom random = RandomStreams.of(size);
    double[] pixels = new double[size * 6 * 5 * 3];
    Arrays.setAll(pixels, i -> RandomStreams.gaussian(random));
    INDArray images = Nd4j.createFromArray(pixels).reshape('c', size, 6, 5, 3).castTo(type);
    int[] labels = IntStream.range(0, size).map(i -> random.nextInt(4)).toArray();
    return new ImageBatch(images, labels, IntStream.range(0, size).map(i -> 10 * i).toArray());
  }

  private static IntStream stream(ImageBatch samples) {
    return Arrays.stream(samples.labels());
  }

  private static int[] sorted(int[] values) {
    return Arrays.stream(values).sorted().toArray();
  }
}
