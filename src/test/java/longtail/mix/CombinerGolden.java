package longtail.mix;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import longtail.dataset.ClassCounts;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;
import longtail.golden.TinyClassifier;
import longtail.loss.BalancedSoftmax;
import longtail.loss.ClassBalancedFocal;
import longtail.loss.CostSensitive;
import longtail.loss.CrossEntropy;
import longtail.loss.Distillation;
import longtail.loss.Focal;
import longtail.loss.InfluenceBalanced;
import longtail.loss.Ldam;
import longtail.loss.Loss;
import longtail.loss.LossBatch;
import longtail.loss.LossValue;
import longtail.nn.Activations;
import longtail.nn.graph.MixingPlace;
import longtail.nn.layer.BatchMixing;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One training step of Bag of Tricks: how batches are combined before a loss sees them. */
public final class CombinerGolden implements GoldenCheck {
  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.BOT, "comb_*");
  }

  @Override
  public void run(GoldenCase golden) {
    TinyClassifier student = classifier(golden, "");
    try (ImageBuffer buffer = new ImageBuffer()) {
      MixedBatch batch = batch(golden, buffer);
      Activations activations = student.forward(batch.images(), batch.mixing());
      INDArray output = student.classifierOutput();
      LossValue loss =
          golden.params().path("combiner").asText().equals("dive")
              ? distilled(golden, batch, activations)
              : new MixedLoss(loss(golden.params()).bind(counts(golden)))
                  .evaluate(activations, batch.labels(), 0);
      student.backward(loss.gradFeatures(), loss.gradLogits());
      double accuracy = batch.labels().correct(activations.logits()) / output.size(0);
      for (String name : golden.outputs()) {
        switch (name) {
          case "loss" -> golden.check(name, loss.value());
          case "train_acc" -> golden.check(name, accuracy);
          case "mixed_input" -> golden.check(name, batch.images());
          case "classifier_output" -> golden.check(name, output);
          case "grad_W" -> golden.check(name, student.gradWeight());
          case "grad_A" -> golden.check(name, student.gradConvolution());
          case "grad_b" -> golden.check(name, student.gradBias());
          case "lambda_y" -> golden.check(name, shares(golden));
          default -> throw new AssertionError("unknown output " + name);
        }
      }
    }
  }

  private static MixedBatch batch(GoldenCase golden, ImageBuffer buffer) {
    JsonNode params = golden.params();
    ImageBatch main = samples(golden, "");
    return switch (params.path("combiner").asText()) {
      case "default" ->
          golden.has("image_b")
              ? TwoSamplerMix.join(main, samples(golden, "_b"), buffer)
              : MixedBatch.unmixed(main);
      case "dive" -> MixedBatch.unmixed(main);
      case "mix_up" -> Mixup.mix(main, pairs(golden), buffer);
      case "manifold_mix_up" -> manifold(golden, main);
      case "remix", "remix_paper" -> remix(params).mix(main, pairs(golden), counts(golden), buffer);
      case "bbn_mix" ->
          TwoSamplerMix.blend(main, samples(golden, "_b"), params.path("lam").asDouble(), buffer);
      default -> throw new AssertionError("unknown combiner of " + golden);
    };
  }

  /** The published code accepts layer4 and then mixes the labels only. */
  private static MixedBatch manifold(GoldenCase golden, ImageBatch main) {
    String location = golden.params().path("location").asText();
    MixingPlace place = MixingPlace.valueOf(location.toUpperCase(Locale.ROOT));
    MixedBatch mixed = new ManifoldMixup(1, place).mix(main, pairs(golden));
    return place == MixingPlace.LAYER4
        ? new MixedBatch(main.images(), Optional.empty(), mixed.labels())
        : mixed;
  }

  private static Remix remix(JsonNode params) {
    return new Remix(
        1,
        params.path("kappa").asDouble(),
        params.path("tau").asDouble(),
        params.path("combiner").asText().equals("remix")
            ? Remix.Shares.BATCH_MEAN
            : Remix.Shares.PER_SAMPLE);
  }

  private static double[] shares(GoldenCase golden) {
    int[] labels = golden.tensor("labels").ints();
    BatchMixing pairs = pairs(golden);
    ClassCounts counts = counts(golden);
    return IntStream.range(0, labels.length)
        .mapToDouble(
            i ->
                remix(golden.params())
                    .share(
                        pairs.lambda(),
                        counts.count(labels[i]),
                        counts.count(labels[pairs.partners()[i]])))
        .toArray();
  }

  private static LossValue distilled(GoldenCase golden, MixedBatch batch, Activations activations) {
    JsonNode params = golden.params();
    Distillation distillation =
        new Distillation(
            params.path("ALPHA").asDouble(),
            params.path("TEMPERATURE").asDouble(),
            params.path("POWER_NORM").asBoolean() ? params.path("POWER").asDouble() : 1,
            loss(params.path("BASELOSS").asText(), params));
    INDArray taught =
        classifier(golden, "_teacher").forward(batch.images(), Optional.empty()).logits();
    int[] labels = batch.labels().first().classes();
    return distillation
        .bind(counts(golden), 0)
        .evaluate(LossBatch.of(activations.features(), activations.logits(), labels), taught);
  }

  private static Loss loss(JsonNode params) {
    return loss(params.path("loss_type").asText(), params);
  }

  private static Loss loss(String type, JsonNode params) {
    return switch (type) {
      case "CrossEntropy" -> new CrossEntropy();
      case "BalancedSoftmaxCE" -> new BalancedSoftmax();
      case "CostSensitiveCE" -> new CostSensitive(params.path("gamma_csce").asDouble(1));
      case "FocalLoss" -> new Focal(params.path("gamma_focal").asDouble(2));
      case "ClassBalanceFocal" -> new ClassBalancedFocal(0.999, 0.5);
      case "InfluenceBalancedLoss" -> new InfluenceBalanced(1000);
      case "LDAMLoss" ->
          new Ldam(params.path("scale").asDouble(), params.path("max_margin").asDouble());
      default -> throw new AssertionError("unknown loss " + type);
    };
  }

  private static TinyClassifier classifier(GoldenCase golden, String suffix) {
    return new TinyClassifier(
        golden.array("A" + suffix),
        golden.array("W" + suffix),
        golden.has("b" + suffix) ? Optional.of(golden.array("b" + suffix)) : Optional.empty());
  }

  private static ImageBatch samples(GoldenCase golden, String suffix) {
    int[] labels = golden.tensor("labels" + suffix).ints();
    int[] rows = IntStream.range(0, labels.length).toArray();
    return new ImageBatch(golden.array("image" + suffix), labels, rows);
  }

  private static BatchMixing pairs(GoldenCase golden) {
    return new BatchMixing(golden.tensor("perm").ints(), golden.params().path("lam").asDouble());
  }

  private static ClassCounts counts(GoldenCase golden) {
    return ClassCounts.of(golden.tensor("class_counts").ints());
  }
}
