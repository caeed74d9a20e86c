package longtail.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import longtail.Bits;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.config.Yaml;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class OptimizerTest {
  private static final int LENGTH = 10_001; // two chunks and a bit
  private static final List<Span> ALL = List.of(new Span(0, LENGTH));

  static Stream<Optimizer> optimizers() {
    return Stream.of(
        new Sgd(0.1, 0, false, 0.01),
        new Sgd(0.1, 0.9, false, 0.01),
        new Sgd(0.1, 0.9, true, 0.01),
        new Adam(0.1, 0.9, 0.999, 1e-8, 0.01));
  }

  @Test
  void nesterovMatchesItsFormula() {
    Sgd sgd = new Sgd(0.1, 0.9, true, 0.01);
    INDArray w = random(1);
    INDArray g = random(2);
    INDArray state = Nd4j.zeros(DataType.DOUBLE, LENGTH);
    INDArray expected = w.dup();
    INDArray v = Nd4j.zeros(DataType.DOUBLE, LENGTH);
    for (int i = 0; i < 3; i++) {
      sgd.step(w, g, state, 0.1 / (i + 1), ALL, i);
      INDArray gradient = g.add(expected.mul(0.01));
      v.muli(0.9).addi(gradient);
      expected.subi(gradient.add(v.mul(0.9)).mul(0.1 / (i + 1)));
    }
    assertThat(w.distance2(expected)).isLessThan(1e-12);
    assertThat(state.distance2(v)).isLessThan(1e-12);
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void onlyTrainableSpansChange(Optimizer optimizer) {
    INDArray w = random(1);
    INDArray before = w.dup();
    INDArray state = Nd4j.ones(DataType.DOUBLE, Math.max(1, optimizer.stateLength(LENGTH)));
    List<Span> spans = List.of(new Span(3, 4), new Span(5000, 1000));
    optimizer.step(w, random(2), state, 0.1, spans, 0);
    INDArray changed = w.neq(before).castTo(DataType.INT32);
    assertThat(changed.sumNumber().intValue()).isEqualTo(1004);
    assertThat(changed.getInt(2)).isZero();
    assertThat(changed.getInt(3)).isOne();
    assertThat(changed.getInt(5999)).isOne();
    assertThat(changed.getInt(6000)).isZero();
    assertThat(state.getDouble(0)).isOne();
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void float32FollowsFloat64(Optimizer optimizer) {
    long length = Math.max(1, optimizer.stateLength(LENGTH));
    INDArray w = random(1);
    INDArray single = w.castTo(DataType.FLOAT);
    INDArray state = Nd4j.zeros(DataType.DOUBLE, length);
    INDArray singleState = Nd4j.zeros(DataType.FLOAT, length);
    for (int i = 0; i < 5; i++) {
      INDArray g = random(i + 2);
      optimizer.step(w, g, state, 0.01, ALL, i);
      optimizer.step(single, g.castTo(DataType.FLOAT), singleState, 0.01, ALL, i);
    }
    assertThat(single.castTo(DataType.DOUBLE).sub(w).amaxNumber().doubleValue())
        .isCloseTo(0, within(1e-5));
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void theFirstStepIgnoresWhatTheStateHolds(Optimizer optimizer) {
    long length = Math.max(1, optimizer.stateLength(LENGTH));
    INDArray fresh = random(1);
    INDArray stale = random(1);
    optimizer.step(fresh, random(2), Nd4j.zeros(DataType.DOUBLE, length), 0.1, ALL, 0);
    optimizer.step(
        stale, random(2), Nd4j.zeros(DataType.DOUBLE, length).assign(Double.NaN), 0.1, ALL, 0);
    assertThat(Bits.of(stale)).isEqualTo(Bits.of(fresh));
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void aViewOfALargerVectorIsChangedInPlace(Optimizer optimizer) {
    INDArray large = Nd4j.zeros(DataType.DOUBLE, 3L * LENGTH);
    INDArray view = large.get(NDArrayIndex.interval(LENGTH, 2 * LENGTH)).assign(random(1));
    INDArray copy = view.dup();
    INDArray state = Nd4j.zeros(DataType.DOUBLE, Math.max(1, optimizer.stateLength(LENGTH)));
    optimizer.step(view, random(2), state.dup(), 0.1, ALL, 0);
    optimizer.step(copy.reshape(1, LENGTH), random(2), state, 0.1, ALL, 0);
    assertThat(Bits.of(view)).isEqualTo(Bits.of(copy));
    assertThat(large.get(NDArrayIndex.interval(0, LENGTH)).amaxNumber().doubleValue()).isZero();
    assertThat(large.get(NDArrayIndex.interval(2 * LENGTH, 3 * LENGTH)).amaxNumber().doubleValue())
        .isZero();
  }

  @Test
  void withoutMomentumNothingIsRemembered() {
    Sgd sgd = new Sgd(0.1, 0, false, 0);
    assertThat(sgd.stateLength(7)).isZero();
    INDArray w = Nd4j.createFromArray(1.0, 2.0);
    sgd.step(w, Nd4j.createFromArray(1.0, -1.0), null, 0.5, List.of(new Span(0, 2)), 4);
    assertThat(w.toDoubleVector()).containsExactly(0.5, 2.5);
  }

  @Test
  void mismatchedVectorsAreRefused() {
    Sgd sgd = new Sgd(0.1, 0.9, false, 0);
    INDArray w = Nd4j.zeros(DataType.DOUBLE, 4);
    List<Span> beyond = List.of(new Span(2, 3));
    assertThatThrownBy(() -> sgd.step(w, Nd4j.zeros(DataType.DOUBLE, 3), w, 0.1, ALL, 0))
        .hasMessageContaining("gradients must have 4 elements");
    assertThatThrownBy(() -> sgd.step(w, w, Nd4j.zeros(DataType.FLOAT, 4), 0.1, ALL, 0))
        .hasMessageContaining("optimiser state must have 4 elements of type DOUBLE");
    assertThatThrownBy(() -> sgd.step(w, w, w.dup(), 0.1, beyond, 0))
        .hasMessageContaining("after the last of 4 parameters");
  }

  @Test
  void hyperParametersAreChecked() {
    assertThatThrownBy(() -> new Sgd(-1, 0.9, false, 0)).hasMessageContaining("lr must be");
    assertThatThrownBy(() -> new Sgd(0.1, 1, false, 0)).hasMessageContaining("momentum must be");
    assertThatThrownBy(() -> new Sgd(0.1, 0, true, 0)).hasMessageContaining("nesterov");
    assertThatThrownBy(() -> Yaml.read("{optimizer: {type: sgd, lr: -0.1}}", "f", Named.class))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("lr must be finite");
    assertThat(Yaml.read("{optimizer: {type: sgd, nesterov: true}}", "f", Named.class).optimizer())
        .isEqualTo(new Sgd(0.1, 0.9, true, 5e-4));
  }

  record Named(Optimizer optimizer) {}

  private static INDArray random(long seed) {
    SplittableRandom random = RandomStreams.of(seed);
    double[] values = new double[LENGTH];
    Arrays.setAll(values, i -> RandomStreams.gaussian(random));
    return Nd4j.createFromArray(values);
  }
}
