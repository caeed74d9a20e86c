package longtail.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import longtail.Bits;
import longtail.RandomStreams;
import longtail.nn.Network;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.head.LinearHead;
import longtail.nn.layer.Role;
import longtail.optim.Adam;
import longtail.optim.Constraint;
import longtail.optim.Constraint.Timing;
import longtail.optim.MaxNorm;
import longtail.optim.MovingAverage;
import longtail.optim.Optimizer;
import longtail.optim.ParameterGroups;
import longtail.optim.ParameterGroups.Decay;
import longtail.optim.RowNorm;
import longtail.optim.Sgd;
import longtail.optim.Span;
import longtail.optim.TauNorm;
import longtail.optim.UpdateRule;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

class UpdateTest {
  private static final Sgd PLAIN = new Sgd(0.1, 0, false, 0);
  private static final Sgd DECAYING = new Sgd(0.1, 0, false, 0.5);

  private final Network network =
      Network.create(
          new Architecture(new CifarResnet(8, 4, Shortcut.A), LinearHead.standard(), 5, 8, 8),
          DataType.DOUBLE,
          1);
  private final SplittableRandom random = RandomStreams.of(3);

  @AfterEach
  void close() {
    network.close();
  }

  @Test
  void theOptimiserAloneRemembersItsOwnStateAndNothingElse() {
    assertThat(update(UpdateRule.of(PLAIN)).state().length()).isZero();
    assertThat(update(UpdateRule.of(new Sgd(0.1, 0.9, false, 0))).state().length())
        .isEqualTo(network.parameters().length());
  }

  @Test
  void longGradientsAreShortenedToTheLimitTheDirectionStays() {
    double norm = drawGradients().norm2Number().doubleValue();
    INDArray before = network.parameters().dup();
    INDArray gradients = network.gradients().dup();
    update(rule(PLAIN, norm / 4, uniform(), null, null)).step(1, 0);
    INDArray moved = before.sub(network.parameters());
    assertThat(moved.norm2Number().doubleValue()).isCloseTo(norm / 4, within(1e-5 * norm));
    assertThat(moved.equalsWithEps(gradients.mul(norm / 4 / (norm + 1e-6)), 1e-12)).isTrue();
  }

  @Test
  void shortGradientsAreLeftAlone() {
    double norm = drawGradients().norm2Number().doubleValue();
    INDArray expected = network.parameters().sub(network.gradients());
    update(rule(PLAIN, norm * 1.01, uniform(), null, null)).step(1, 0);
    assertThat(Bits.of(network.parameters())).isEqualTo(Bits.of(expected));
  }

  @Test
  void onlyTrainedParametersCountForTheNorm() {
    drawGradients();
    ParameterBlock head = block(Role.HEAD_WEIGHT);
    double norm = part(network.gradients(), head).norm2Number().doubleValue();
    INDArray expected = part(network.parameters(), head).sub(part(network.gradients(), head));
    UpdateRule rule = rule(PLAIN, norm * 1.01, uniform(), null, null);
    List<Span> spans = List.of(new Span(head.offset(), head.length()));
    new Update(rule, network, spans).step(1, 0);
    assertThat(Bits.of(part(network.parameters(), head))).isEqualTo(Bits.of(expected));
  }

  @Test
  void headAndBackboneHaveTheirRates() {
    drawGradients();
    INDArray before = network.parameters().dup();
    update(rule(PLAIN, null, new ParameterGroups(3, 0.5, Decay.ALL), null, null)).step(0.2, 0);
    for (ParameterBlock block : trainable()) {
      INDArray moved = part(before, block).sub(part(network.parameters(), block));
      double rate = 0.2 * (block.head() ? 3 : 0.5);
      assertThat(moved.equalsWithEps(part(network.gradients(), block).mul(rate), 1e-12)).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void weightDecayActsWhereItShould(Decay decay) {
    network.gradients().assign(0);
    network.parameters().addi(0.1);
    INDArray before = network.parameters().dup();
    update(rule(DECAYING, null, new ParameterGroups(1, 1, decay), null, null)).step(0.2, 0);
    for (ParameterBlock block : trainable()) {
      boolean decays =
          switch (block.role()) {
            case NORM_SCALE, NORM_SHIFT -> decay == Decay.ALL;
            case HEAD_BIAS -> decay != Decay.WEIGHTS;
            default -> true;
          };
      INDArray expected = part(before, block).mul(decays ? 1 - 0.2 * 0.5 : 1);
      assertThat(part(network.parameters(), block).equalsWithEps(expected, 1e-12))
          .as(block.name())
          .isTrue();
    }
  }

  @Test
  void adamWithGroupsOfOneTreatmentIsPlainAdam() {
    INDArray start = network.parameters().dup();
    Adam adam = new Adam(0.01, 0.9, 0.999, 1e-8, 0.1);
    Update plain = update(UpdateRule.of(adam));
    // The head's rate differs by one part in 10^15: groups are formed, numbers stay.
    Update grouped =
        update(rule(adam, null, new ParameterGroups(1 + 1e-15, 1, Decay.ALL), null, null));
    INDArray gradients = drawGradients().dup();
    for (int i = 0; i < 3; i++) {
      plain.step(0.01, i);
    }
    INDArray expected = network.parameters().dup();
    network.parameters().assign(start);
    network.gradients().assign(gradients);
    for (int i = 0; i < 3; i++) {
      grouped.step(0.01, i);
    }
    assertThat(network.parameters().equalsWithEps(expected, 1e-12)).isTrue();
  }

  @Test
  void theAverageFollowsTheParametersFromThoseBeforeTheFirstStep() {
    Update update = update(rule(PLAIN, null, uniform(), null, new MovingAverage(0.75)));
    INDArray expected = network.parameters().dup();
    for (int i = 0; i < 4; i++) {
      drawGradients();
      update.step(0.1, i);
      expected.muli(0.75).addi(network.parameters().mul(0.25));
    }
    INDArray average = update.state().get(NDArrayIndex.interval(0, network.parameters().length()));
    assertThat(average.equalsWithEps(expected, 1e-12)).isTrue();
  }

  @Test
  void aConstraintOfEveryStepHoldsTheRowsWithinTheFirstLimit() {
    MaxNorm constraint = new MaxNorm(0.3, RowNorm.L2, 1, Timing.STEP);
    double limit = constraint.limit(head());
    Update update = update(rule(PLAIN, null, uniform(), constraint, null));
    for (int i = 0; i < 3; i++) {
      drawGradients();
      update.step(1, i);
      assertThat(norms(head()))
          .allSatisfy(norm -> assertThat(norm).isLessThanOrEqualTo(limit * (1 + 1e-12)));
    }
  }

  @Test
  void aConstraintOfEveryEpochWaitsForItsEndAndReachesTheAverageToo() {
    MaxNorm constraint = new MaxNorm(0, RowNorm.L2, 1);
    double limit = constraint.limit(head());
    Update update = update(rule(PLAIN, null, uniform(), constraint, new MovingAverage(0.5)));
    drawGradients();
    update.step(1, 0);
    assertThat(norms(head())).anySatisfy(n -> assertThat(n).isGreaterThan(limit * 1.01));
    update.endEpoch();
    INDArray average = part(update.state(), block(Role.HEAD_WEIGHT));
    for (INDArray weight : List.of(head(), average)) {
      assertThat(norms(weight))
          .allSatisfy(norm -> assertThat(norm).isLessThanOrEqualTo(limit * (1 + 1e-12)));
    }
  }

  @Test
  void tauNormalisationAsAConstraintMakesAllRowsEquallyLong() {
    TauNorm constraint = new TauNorm(1, RowNorm.L2, Timing.STEP);
    drawGradients();
    update(rule(PLAIN, null, uniform(), constraint, null)).step(0.1, 0);
    assertThat(norms(head())).allSatisfy(n -> assertThat(n).isCloseTo(1, within(1e-12)));
  }

  private static ParameterGroups uniform() {
    return ParameterGroups.uniform();
  }

  private static UpdateRule rule(
      Optimizer optimizer,
      Double clip,
      ParameterGroups groups,
      Constraint constraint,
      MovingAverage average) {
    return new UpdateRule(
        optimizer,
        Optional.ofNullable(clip),
        groups,
        Optional.ofNullable(constraint),
        Optional.ofNullable(average));
  }

  private Update update(UpdateRule rule) {
    return new Update(rule, network, spans());
  }

  private List<Span> spans() {
    return Span.joined(trainable().stream().map(b -> new Span(b.offset(), b.length())).toList());
  }

  private List<ParameterBlock> trainable() {
    return network.layout().stream().filter(ParameterBlock::trainable).toList();
  }

  /** Random gradients; running statistics have none. */
  private INDArray drawGradients() {
    network.gradients().assign(0);
    for (ParameterBlock block : trainable()) {
      INDArray part = part(network.gradients(), block);
      for (long i = 0; i < part.length(); i++) {
        part.putScalar(i, RandomStreams.gaussian(random));
      }
    }
    return network.gradients();
  }

  private static List<Double> norms(INDArray weight) {
    return Arrays.stream(RowNorm.L2.of(weight)).boxed().toList();
  }

  private INDArray head() {
    ParameterBlock block = block(Role.HEAD_WEIGHT);
    return part(network.parameters(), block).reshape('c', block.shape());
  }

  private ParameterBlock block(Role role) {
    return network.layout().stream().filter(b -> b.role() == role).findFirst().orElseThrow();
  }

  private static INDArray part(INDArray flat, ParameterBlock block) {
    INDArray part =
        flat.get(NDArrayIndex.interval(block.offset(), block.offset() + block.length()));
    return block.role() == Role.HEAD_WEIGHT ? part.reshape('c', block.shape()) : part;
  }
}
