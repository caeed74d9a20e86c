package longtail.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import longtail.RandomStreams;
import longtail.method.Contribution;
import org.junit.jupiter.api.Test;

class ResultMergeTest {
  @Test
  void meansAreWeightedByExamples() {
    MergedResult merged =
        MergedResult.ofWhole(
            List.of(
                result(0, 1, FlatVector.of(1.0, 2.0), FlatVector.of(8.0)),
                result(1, 3, FlatVector.of(5.0, -2.0), FlatVector.of(0.0))));
    assertThat(merged.parameters()).isEqualTo(FlatVector.of(4.0, -1.0));
    assertThat(merged.optimizer()).isEqualTo(FlatVector.of(2.0));
    assertThat(merged.counters().examples()).isEqualTo(4);
  }

  @Test
  void aWorkerWithoutExamplesHasNoWeight() {
    MergedResult merged =
        MergedResult.ofWhole(
            List.of(
                result(0, 0, FlatVector.of(Double.NaN), FlatVector.of(1.0)),
                result(1, 2, FlatVector.of(3.0), FlatVector.of(4.0))));
    assertThat(merged.parameters()).isEqualTo(FlatVector.of(3.0));
    assertThat(merged.optimizer()).isEqualTo(FlatVector.of(4.0));
  }

  @Test
  void aSingleContributorStaysAsItIsToTheBit() {
    FlatVector parameters = FlatVector.of(1.0 / 3, 0.1, 2.0 / 7, 1e-300);
    MergedResult merged =
        MergedResult.ofWhole(
            List.of(
                result(0, 0, FlatVector.of(new double[4]), parameters),
                result(1, 37, parameters, parameters)));
    assertThat(merged.parameters()).isEqualTo(parameters);
    assertThat(merged.optimizer()).isEqualTo(parameters);
  }

  @Test
  void neitherTheOrderNorTheSlicesMatter() {
    List<WorkerResult> results =
        new ArrayList<>(
            IntStream.range(0, 5)
                .mapToObj(w -> result(w, 10 + w, random(w, 103), random(w + 50, 103)))
                .toList());
    MergedResult expected = MergedResult.ofWhole(results);
    for (int of : new int[] {1, 2, 7, 103, 200}) {
      Collections.shuffle(results, new Random(of));
      List<MergedSlice> slices = new ArrayList<>();
      for (int k = 0; k < of; k++) {
        int slice = k;
        slices.add(ResultSlice.merge(results.stream().map(r -> r.slice(slice, of)).toList()));
      }
      Collections.shuffle(slices, new Random(of));
      MergedResult merged = MergedResult.of(slices);
      assertThat(merged.parameters()).isEqualTo(expected.parameters());
      assertThat(merged.optimizer()).isEqualTo(expected.optimizer());
      assertThat(merged.counters()).isEqualTo(expected.counters());
    }
  }

  @Test
  void whatTheMethodsBringBackArrivesInTheOrderOfTheWorkersWithTheirExamples() {
    List<WorkerResult> results = new ArrayList<>();
    for (int w : new int[] {2, 0, 1}) {
      results.add(
          new WorkerResult(
              w,
              random(w, 9),
              random(w, 9),
              new byte[] {(byte) w},
              new Counters(10 + w, 0, 0, 0, 0)));
    }
    List<MergedSlice> slices = new ArrayList<>();
    for (int k = 0; k < 4; k++) {
      int slice = k;
      slices.add(ResultSlice.merge(results.stream().map(r -> r.slice(slice, 4)).toList()));
    }
    assertThat(MergedResult.of(slices).methods())
        .extracting(c -> (long) c.bytes()[0], Contribution::examples)
        .containsExactly(tuple(0L, 10L), tuple(1L, 11L), tuple(2L, 12L));
  }

  @Test
  void figuresOfMethodsAreMeansOverTheImages() {
    Counters merged =
        new Counters(30, 0, 0, 0, 0, Counters.sums(Map.of("meta_loss", 2.0), 30))
            .plus(new Counters(10, 0, 0, 0, 0, Counters.sums(Map.of("meta_loss", 6.0), 10)));
    assertThat(merged.figures()).containsExactly(entry("meta_loss", 3.0));
  }

  @Test
  void aMissingShareIsNoticed() {
    WorkerResult result = result(0, 1, random(0, 10), random(1, 10));
    List<MergedSlice> incomplete =
        List.of(
            ResultSlice.merge(List.of(result.slice(0, 3))),
            ResultSlice.merge(List.of(result.slice(2, 3))));
    assertThatThrownBy(() -> MergedResult.of(incomplete))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("share");
  }

  private static WorkerResult result(
      int worker, long examples, FlatVector parameters, FlatVector optimizer) {
    return new WorkerResult(
        worker,
        parameters,
        optimizer,
        new byte[0],
        new Counters(examples, 0.5 * examples, examples / 2.0, 1, 2));
  }

  private static FlatVector random(long seed, int length) {
    SplittableRandom random = RandomStreams.of(seed);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) RandomStreams.gaussian(random);
    }
    return FlatVector.of(values);
  }
}
