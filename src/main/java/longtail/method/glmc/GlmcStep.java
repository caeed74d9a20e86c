package longtail.method.glmc;

import java.util.Map;
import longtail.Collective;
import longtail.ErrorCode;
import longtail.LongTailException;
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
import longtail.nn.head.GlmcHead;
import longtail.nn.layer.Mode;

/**
 * One step of {@link Glmc} with a given share: mix both views, forward both, one after the other,
 * backward through both, update.
 *
 * <p>The activations of both views are alive at once, so the step takes twice the memory of a plain
 * one.
 */
public final class GlmcStep implements AutoCloseable {
  private final Network network;
  private final Network second;
  private final GlmcLoss loss;
  private final Update update;
  private final Cutmix.Shares cutLabels;
  private final Collective workers;
  private final ImageBuffer blended = new ImageBuffer();
  private final ImageBuffer cut = new ImageBuffer();

  /** A step of a worker that takes it alone. */
  public GlmcStep(Network network, GlmcLoss loss, Update update, Cutmix.Shares cutLabels) {
    this(network, loss, update, cutLabels, Collective.ALONE);
  }

  /**
   * A step on {@code network}.
   *
   * @param update of that network's parameters
   * @param cutLabels the labels' shares of the cut view
   * @param workers who takes it together, as in {@code loss} and {@code update}
   * @throws LongTailException (CONFIG) if the network has another head than {@code glmc}
   */
  GlmcStep(
      Network network, GlmcLoss loss, Update update, Cutmix.Shares cutLabels, Collective workers) {
    requireHead(network);
    this.workers = workers;
    this.network = network;
    this.loss = loss;
    this.update = update;
    this.cutLabels = cutLabels;
    second = network.view();
  }

  /**
   * Learns from two views of the images of both batches.
   *
   * @param batches the images, and those that are mixed in; where there are none of these, the
   *     images themselves
   * @param shared share and box
   * @param rate learning rate
   * @param iteration steps of the stage before this one, on the global count
   */
  public StepResult run(
      StepBatches batches, TwoSamplerMix.Shared shared, double rate, long iteration) {
    Batch main = batches.main();
    Batch drawn = batches.others().get(0);
    Batch partners = drawn.size() == 0 ? main : drawn;
    MixedBatch global =
        TwoSamplerMix.blend(samples(main, 0), samples(partners, 0), shared.lambda(), blended);
    MixedBatch local =
        TwoSamplerMix.cut(
            samples(main, 1), samples(partners, 1), cutShare(main, shared), shared.box(), cut);
    GlmcLoss.View one = view(network.forward(global.images(), Mode.TRAIN));
    GlmcLoss.View two = view(second.forward(local.images(), Mode.TRAIN));
    double correct =
        (global.labels().correct(one.rebalanced()) + local.labels().correct(two.rebalanced())) / 2;
    GlmcLoss.Value ofOne = loss.evaluate(one, two.projection(), global.labels(), iteration);
    backward(network, ofOne);
    GlmcLoss.Value ofTwo = loss.evaluate(two, one.projection(), local.labels(), iteration);
    backward(second, ofTwo);
    double[] sums = {
      ofOne.loss() + ofTwo.loss(),
      ofOne.balance() + ofTwo.balance(),
      ofOne.rebalance() + ofTwo.rebalance(),
      ofOne.similarity() + ofTwo.similarity()
    };
    workers.sum(sums);
    if (Double.isFinite(sums[0])) {
      update.step(rate, iteration);
    }
    return new StepResult(
        main.size(),
        sums[0],
        correct,
        Map.of(
            "balance_loss", sums[1],
            "rebalance_loss", sums[2],
            "similarity_loss", sums[3],
            "balance_weight", loss.coefficient()));
  }

  private static void requireHead(Network network) {
    String plain = GlmcHead.PLAIN + ".weight";
    if (network.layout().stream().noneMatch(block -> block.name().equals(plain))) {
      throw new LongTailException(ErrorCode.CONFIG, Glmc.NEEDED_HEAD);
    }
  }

  private static GlmcLoss.View view(Activations activations) {
    return new GlmcLoss.View(
        activations.features(),
        activations.auxiliary().get(GlmcHead.PLAIN),
        activations.logits(),
        activations.auxiliary().get(GlmcHead.PROJECTION),
        activations.auxiliary().get(GlmcHead.PREDICTION));
  }

  private static void backward(Network network, GlmcLoss.Value value) {
    network.backward(
        value.gradFeatures().orElse(null),
        value.gradRebalanced(),
        Map.of(GlmcHead.PLAIN, value.gradPlain(), GlmcHead.PREDICTION, value.gradPrediction()));
  }

  private double cutShare(Batch main, TwoSamplerMix.Shared shared) {
    return switch (cutLabels) {
      case LAMBDA -> shared.lambda();
      case AREA ->
          shared
              .box()
              .outside(
                  Math.toIntExact(main.images().size(1)), Math.toIntExact(main.images().size(2)));
    };
  }

  private static ImageBatch samples(Batch batch, int view) {
    return new ImageBatch(batch.views().get(view), batch.labels(), batch.rows());
  }

  @Override
  public void close() {
    second.close();
    blended.close();
    cut.close();
  }
}
