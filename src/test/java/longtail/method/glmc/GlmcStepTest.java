package longtail.method.glmc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.dataset.ClassCounts;
import longtail.loss.BalancedSoftmax;
import longtail.loss.CrossEntropy;
import longtail.method.Batch;
import longtail.method.StepBatches;
import longtail.method.StepResult;
import longtail.method.Update;
import longtail.mix.Cutmix;
import longtail.mix.ImageBatch;
import longtail.mix.ImageBuffer;
import longtail.mix.MixedBatch;
import longtail.mix.TwoSamplerMix;
import longtail.nn.Activations;
import longtail.nn.Network;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.head.GlmcHead;
import longtail.nn.head.Head;
import longtail.nn.head.HeadWeights;
import longtail.nn.head.LinearHead;
import longtail.nn.layer.Mode;
import longtail.nn.layer.Role;
import longtail.optim.Sgd;
import longtail.optim.Span;
import longtail.optim.UpdateRule;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The whole step through a small real network in float64. */
class GlmcStepTest {
  private static final int SIZE = 8;
  private static final int CLASSES = 3;
  private static final double RATE = 0.5;
  private static final double STEP = 1e-6;
  private static final ClassCounts COUNTS = ClassCounts.of(50, 8, 2);

  private final Network network = network(new GlmcHead(HeadWeights.KAIMING, 5));
  private final GlmcLoss loss =
      new GlmcLoss(new CrossEntropy().bind(COUNTS), new BalancedSoftmax().bind(COUNTS), 4);
  private final StepBatches batches = new StepBatches(batch(1, 4), List.of(batch(2, 4)));
  private final TwoSamplerMix.Shared shared =
      TwoSamplerMix.Shared.draw(1, RandomStreams.of(9), SIZE, SIZE);

  private static Network network(Head head) {
    return Network.create(
        new Architecture(new CifarResnet(8, 4, Shortcut.A), head, CLASSES, SIZE, SIZE),
        DataType.DOUBLE,
        3);
  }

  private static Batch batch(int seed, int size) {
    SplittableRandom random = RandomStreams.of(31, seed);
    return new Batch(
        List.of(images(random, size), images(random, size)),
        random.ints(size, 0, CLASSES).toArray(),
        IntStream.range(0, size).toArray());
  }

  private static INDArray images(SplittableRandom random, int size) {
    double[] pixels = new double[size * SIZE * SIZE * 3];
    Arrays.setAll(pixels, i -> RandomStreams.gaussian(random));
    return Nd4j.createFromArray(pixels).reshape('c', new long[] {size, SIZE, SIZE, 3});
  }

  @AfterEach
  void close() {
    network.close();
  }

  private GlmcStep step(Cutmix.Shares shares) {
    List<Span> trainable =
        Span.joined(
            network.layout().stream()
                .filter(ParameterBlock::trainable)
                .map(block -> new Span(block.offset(), block.length()))
                .toList());
    Update update = new Update(UpdateRule.of(new Sgd(RATE, 0, false, 0)), network, trainable);
    return new GlmcStep(network, loss, update, shares);
  }

  private StepResult run(Cutmix.Shares shares) {
    try (GlmcStep step = step(shares)) {
      return step.run(batches, shared, RATE, 0);
    }
  }

  @Test
  void theStepFollowsTheGradientOfCentralDifferencesWithProjectionsHeld() {
    loss.epoch(1, 0.5);
    INDArray before = network.parameters().dup();
    run(Cutmix.Shares.LAMBDA);
    INDArray gradient = before.sub(network.parameters()).div(RATE);
    network.parameters().assign(before);
    try (Views views = new Views()) {
      SplittableRandom random = RandomStreams.of(7);
      for (ParameterBlock block : network.layout()) {
        if (block.trainable()) {
          long index = block.offset() + random.nextLong(block.length());
          double want = views.difference(index);
          assertThat(gradient.getDouble(index))
              .as(block.name())
              .isCloseTo(want, within(1e-5 * (1 + Math.abs(want))));
        }
      }
    }
  }

  /** Both views mixed once, and the projections at the parameters of the beginning. */
  private final class Views implements AutoCloseable {
    private final ImageBuffer blended = new ImageBuffer();
    private final ImageBuffer cut = new ImageBuffer();
    private final List<MixedBatch> mixed =
        List.of(
            TwoSamplerMix.blend(
                samples(batches.main(), 0),
                samples(batches.others().get(0), 0),
                shared.lambda(),
                blended),
            TwoSamplerMix.cut(
                samples(batches.main(), 1),
                samples(batches.others().get(0), 1),
                shared.lambda(),
                shared.box(),
                cut));
    private final List<INDArray> projections =
        mixed.stream()
            .map(m -> network.forward(m.images(), Mode.BATCH_STATISTICS))
            .map(out -> out.auxiliary().get(GlmcHead.PROJECTION).dup())
            .toList();

    private ImageBatch samples(Batch batch, int view) {
      return new ImageBatch(batch.views().get(view), batch.labels(), batch.rows());
    }

    double difference(long index) {
      double kept = network.parameters().getDouble(index);
      network.parameters().putScalar(index, kept + STEP);
      double above = value();
      network.parameters().putScalar(index, kept - STEP);
      double below = value();
      network.parameters().putScalar(index, kept);
      return (above - below) / (2 * STEP);
    }

    private double value() {
      double sum = 0;
      for (int view = 0; view < 2; view++) {
        Activations out = network.forward(mixed.get(view).images(), Mode.BATCH_STATISTICS);
        sum +=
            loss.evaluate(
                    new GlmcLoss.View(
                        out.features(),
                        out.auxiliary().get(GlmcHead.PLAIN),
                        out.logits(),
                        out.auxiliary().get(GlmcHead.PROJECTION),
                        out.auxiliary().get(GlmcHead.PREDICTION)),
                    projections.get(1 - view),
                    mixed.get(view).labels(),
                    0)
                .loss();
      }
      return sum;
    }

    @Override
    public void close() {
      blended.close();
      cut.close();
    }
  }

  @Test
  void eachViewMovesTheRunningStatistics() {
    ParameterBlock mean =
        network.layout().stream()
            .filter(block -> block.role() == Role.RUNNING_MEAN)
            .findFirst()
            .orElseThrow();
    INDArray initial = network.parameters().dup();
    INDArray afterOne;
    INDArray afterBoth;
    try (Views views = new Views()) {
      network.forward(views.mixed.get(0).images(), Mode.TRAIN);
      afterOne = part(mean).dup();
      network.forward(views.mixed.get(1).images(), Mode.TRAIN);
      afterBoth = part(mean).dup();
    }
    assertThat(afterOne).isNotEqualTo(afterBoth);
    network.parameters().assign(initial);
    run(Cutmix.Shares.LAMBDA);
    assertThat(part(mean).equalsWithEps(afterBoth, 1e-12)).isTrue();
  }

  private INDArray part(ParameterBlock block) {
    return network
        .parameters()
        .get(NDArrayIndex.interval(block.offset(), block.offset() + block.length()));
  }

  @Test
  void theAreaOfTheBoxCanBeTheShareOfTheCutView() {
    INDArray before = network.parameters().dup();
    StepResult byLambda = run(Cutmix.Shares.LAMBDA);
    network.parameters().assign(before);
    StepResult byArea = run(Cutmix.Shares.AREA);
    assertThat(byArea.figures().get("similarity_loss"))
        .isEqualTo(byLambda.figures().get("similarity_loss"));
    assertThat(byArea.figures().get("balance_loss"))
        .isNotEqualTo(byLambda.figures().get("balance_loss"));
  }

  @Test
  void imagesWithoutPartnersAreMixedWithThemselves() {
    INDArray before = network.parameters().dup();
    StepResult alone;
    StepResult withItself;
    try (GlmcStep step = step(Cutmix.Shares.LAMBDA)) {
      Batch none = new Batch(List.of(), new int[0], new int[0]);
      alone = step.run(new StepBatches(batches.main(), List.of(none)), shared, RATE, 0);
      network.parameters().assign(before);
      withItself =
          step.run(new StepBatches(batches.main(), List.of(batches.main())), shared, RATE, 0);
    }
    assertThat(alone).isEqualTo(withItself);
  }

  @Test
  void aLossThatIsNotFiniteLeavesTheParameters() {
    batches.main().views().get(0).putScalar(0, Double.NaN);
    INDArray before = network.parameters().dup();
    assertThat(run(Cutmix.Shares.LAMBDA).loss()).isNaN();
    for (ParameterBlock block : network.layout()) {
      if (block.trainable()) {
        assertThat(part(block))
            .isEqualTo(
                before.get(NDArrayIndex.interval(block.offset(), block.offset() + block.length())));
      }
    }
  }

  @Test
  void anotherHeadIsRefused() {
    try (Network linear = network(LinearHead.standard())) {
      Update update = new Update(UpdateRule.of(new Sgd(RATE, 0, false, 0)), linear, List.of());
      assertThatThrownBy(() -> new GlmcStep(linear, loss, update, Cutmix.Shares.LAMBDA))
          .isInstanceOf(LongTailException.class)
          .hasMessageContaining("head: glmc");
    }
  }
}
