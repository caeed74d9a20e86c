package longtail.loss;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.IntStream;
import longtail.dataset.ClassCounts;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;
import longtail.method.glmc.GlmcLoss;
import longtail.mix.Labels;
import longtail.mix.MixedLabels;
import org.nd4j.linalg.api.ndarray.INDArray;

/** GLMC's loss of two views from the outputs of the heads, and the gradients there. */
public final class GlmcLossGolden implements GoldenCheck {
  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.GLMC, "loss_*");
  }

  @Override
  public void run(GoldenCase golden) {
    JsonNode params = golden.params();
    ClassCounts counts = ClassCounts.of(golden.tensor("class_counts").ints());
    ClassWeighting weighting =
        new ClassWeighting.InversePower(params.path("label_weighting").asDouble());
    double weight = params.path("contrast_weight").asDouble();
    GlmcLoss loss =
        new GlmcLoss(
            new CrossEntropy().bind(counts),
            new WeightedCrossEntropy(weighting, WeightedCrossEntropy.Divisor.SAMPLES).bind(counts),
            weight);
    int epoch = params.path("epoch").asInt();
    loss.epoch(epoch, (double) epoch / params.path("epochs").asInt());
    golden.check("alpha", loss.coefficient());
    MixedLabels labels = labels(golden);
    golden.check("mixup_y", labels.targets(counts.classes()));
    golden.check("mixup_y_w", labels.targets(weighting.weights(counts)));

    GlmcLoss.View one = view(golden, 1);
    GlmcLoss.View two = view(golden, 2);
    GlmcLoss.Value ofOne = loss.evaluate(one, two.projection(), labels, 0);
    gradients(golden, 1, one, ofOne);
    GlmcLoss.Value ofTwo = loss.evaluate(two, one.projection(), labels, 0);
    gradients(golden, 2, two, ofTwo);
    golden.check("loss_mix", ofOne.balance());
    golden.check("loss_cut", ofTwo.balance());
    golden.check("loss_mix_w", ofOne.rebalance());
    golden.check("loss_cut_w", ofTwo.rebalance());
    golden.check("balance_loss", ofOne.balance() + ofTwo.balance());
    golden.check("rebalance_loss", ofOne.rebalance() + ofTwo.rebalance());
    golden.check("contrastive_loss", ofOne.similarity() + ofTwo.similarity());
    golden.check("loss", ofOne.loss() + ofTwo.loss());
  }

  private static void gradients(
      GoldenCase golden, int number, GlmcLoss.View view, GlmcLoss.Value value) {
    if (value.gradFeatures().isPresent()) {
      throw new AssertionError("a loss of the logits alone has no gradient at the features");
    }
    golden.check("grad_out" + number, value.gradPlain());
    golden.check("grad_cb" + number, value.gradRebalanced());
    golden.check("grad_p" + number, value.gradPrediction());
    golden.check("grad_z" + number, view.projection().mul(0));
  }

  private static GlmcLoss.View view(GoldenCase golden, int number) {
    INDArray projection = golden.array("z" + number);
    return new GlmcLoss.View(
        projection,
        golden.array("out" + number),
        golden.array("cb" + number),
        projection,
        golden.array("p" + number));
  }

  private static MixedLabels labels(GoldenCase golden) {
    int[] original = golden.tensor("labels_org").ints();
    double share = golden.params().path("lam").asDouble();
    return new MixedLabels(
        Labels.of(original),
        Labels.of(golden.tensor("labels_invs").ints()),
        IntStream.range(0, original.length).mapToDouble(i -> share).toArray());
  }
}
