package longtail.loss;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Locale;
import longtail.dataset.ClassCounts;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The losses of Bag of Tricks; one row of outputs per epoch, with and without deferral. */
public final class BotLossGolden implements GoldenCheck {
  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.BOT, "loss_*");
  }

  @Override
  public void run(GoldenCase golden) {
    switch (golden.params().path("loss_type").asText()) {
      case "SEQL" -> equalised(golden);
      case "DiVEKLD" -> distilled(golden);
      default -> deferred(golden);
    }
  }

  private static void deferred(GoldenCase golden) {
    JsonNode params = golden.params();
    ClassCounts counts = counts(golden);
    LossBatch batch = batch(golden);
    Rows rows = new Rows(golden);
    double[] weights = new double[params.path("rows").size() * counts.classes()];
    for (int r = 0; r < params.path("rows").size(); r++) {
      boolean deferred = rows.deferred(r);
      String type = params.path("loss_type").asText();
      Loss loss = deferred ? reweighted(type, params) : always(type, params);
      LossFunction function = (deferred ? defer(loss, params) : loss).bind(counts);
      function.epoch(rows.epoch(r));
      rows.put(r, function.evaluate(batch));
      if (deferred && loss instanceof Reweighting late && rows.epoch(r) < start(late, params)) {
        loss = late.early();
      }
      System.arraycopy(weights(loss, counts), 0, weights, r * counts.classes(), counts.classes());
    }
    rows.check();
    golden.check("weight_list", weights);
    if (golden.outputs().contains("class_vector")) {
      golden.check(
          "class_vector", vector(always(params.path("loss_type").asText(), params), counts));
    }
  }

  private static int start(Reweighting loss, JsonNode params) {
    return params.path("start_epoch").asInt() - loss.publishedLead();
  }

  private static Loss defer(Loss loss, JsonNode params) {
    return loss instanceof Reweighting late
        ? new Deferred(params.path("start_epoch").asInt(), late, Deferred.Timing.PUBLISHED)
        : loss;
  }

  private static Loss always(String type, JsonNode params) {
    double gamma = params.path("GAMMA").asDouble();
    double beta = params.path("BETA").asDouble();
    return switch (type) {
      case "CrossEntropy" -> new CrossEntropy();
      case "CostSensitiveCE" -> new CostSensitive(gamma);
      case "ClassBalanceCE" -> new ClassBalanced(beta);
      case "FocalLoss" -> new Focal(gamma);
      case "ClassBalanceFocal" -> new ClassBalancedFocal(beta, gamma);
      case "LDAMLoss" ->
          new Ldam(params.path("SCALE").asDouble(), params.path("MAX_MARGIN").asDouble());
      case "CrossEntropyLabelSmooth" -> new LabelSmoothing(params.path("EPSILON").asDouble());
      case "CrossEntropyLabelAwareSmooth" ->
          new LabelAwareSmoothing(
              params.path("smooth_head").asDouble(),
              params.path("smooth_tail").asDouble(),
              LabelAwareSmoothing.Shape.valueOf(
                  params.path("SHAPE").asText().toUpperCase(Locale.ROOT)));
      case "CDT" -> new Cdt(gamma);
      case "BalancedSoftmaxCE" -> new BalancedSoftmax();
      case "InfluenceBalancedLoss" -> new InfluenceBalanced(params.path("ALPHA").asDouble());
      default -> throw new AssertionError("unknown loss " + type);
    };
  }

  /** Where deferral adds weights that the loss alone does not have. */
  private static Loss reweighted(String type, JsonNode params) {
    Loss loss = always(type, params);
    if (loss instanceof Focal focal) {
      return new Focal(focal.gamma(), new ClassWeighting.Cost(1));
    }
    if (loss instanceof Ldam ldam) {
      return new Ldam(ldam.scale(), ldam.maxMargin(), new ClassWeighting.EffectiveNumber(0.9999));
    }
    return loss;
  }

  private static double[] weights(Loss loss, ClassCounts counts) {
    if (loss instanceof Ldam ldam) {
      return ldam.weights().weights(counts);
    }
    if (loss instanceof LabelAwareSmoothing) {
      return new ClassWeighting.Uniform().weights(counts);
    }
    return vector(loss, counts);
  }

  /** What the loss knows about each class. */
  private static double[] vector(Loss loss, ClassCounts counts) {
    if (loss instanceof CostSensitive of) {
      return new ClassWeighting.Cost(of.exponent()).weights(counts);
    } else if (loss instanceof ClassBalanced of) {
      return new ClassWeighting.EffectiveNumber(of.beta()).weights(counts);
    } else if (loss instanceof ClassBalancedFocal of) {
      return new ClassWeighting.EffectiveNumber(of.beta()).weights(counts);
    } else if (loss instanceof Focal of) {
      return of.weights().weights(counts);
    } else if (loss instanceof Ldam of) {
      return Margins.ldam(counts, of.maxMargin());
    } else if (loss instanceof LabelAwareSmoothing of) {
      return of.amounts(counts);
    } else if (loss instanceof Cdt of) {
      return of.temperatures(counts);
    } else if (loss instanceof BalancedSoftmax) {
      return Arrays.stream(counts.toArray()).asDoubleStream().toArray();
    } else if (loss instanceof InfluenceBalanced) {
      return new ClassWeighting.InversePower(1).weights(counts);
    }
    return new ClassWeighting.Uniform().weights(counts);
  }

  private static void equalised(GoldenCase golden) {
    JsonNode params = golden.params();
    Seql seql = new Seql(params.path("GAMMA").asDouble(), params.path("LAMBDA").asDouble());
    ClassCounts counts = counts(golden);
    double[] uniform = golden.tensor("uniform").values();
    LossFunction loss =
        seql.bind(
            counts,
            (batch, position) ->
                Arrays.stream(uniform).skip((long) position * counts.classes()).iterator()::next);
    LossValue value = loss.evaluate(batch(golden));
    golden.check("loss", value.value());
    golden.check("grad_logits", value.gradLogits());
    boolean[] rare = seql.rare(counts);
    long[] mask = new long[rare.length];
    Arrays.setAll(mask, c -> rare[c] ? 1 : 0);
    golden.check("tail_mask", mask);
  }

  private static void distilled(GoldenCase golden) {
    JsonNode params = golden.params();
    INDArray teacher = golden.array("teacher_logits");
    Loss base = always(params.path("BASELOSS").asText(), params);
    double power = params.path("POWER_NORM").asBoolean() ? params.path("POWER").asDouble() : 1;
    Rows rows = new Rows(golden);
    for (int r = 0; r < params.path("rows").size(); r++) {
      DistillationFunction loss =
          new Distillation(
                  params.path("ALPHA").asDouble(),
                  params.path("TEMPERATURE").asDouble(),
                  power,
                  rows.deferred(r) ? defer(base, params) : base)
              .bind(counts(golden), 0);
      loss.epoch(rows.epoch(r));
      rows.put(r, loss.evaluate(batch(golden), teacher));
    }
    rows.check();
  }

  private static ClassCounts counts(GoldenCase golden) {
    return ClassCounts.of(golden.tensor("class_counts").ints());
  }

  private static LossBatch batch(GoldenCase golden) {
    int[] labels = golden.tensor("labels").ints();
    return golden.has("feature")
        ? LossBatch.of(golden.array("feature"), golden.array("logits"), labels)
        : LossBatch.of(golden.array("logits"), labels);
  }

  /** The outputs of a case, epoch by epoch. */
  private static final class Rows {
    private final GoldenCase golden;
    private final JsonNode rows;
    private final double[] values;
    private final double[] gradients;
    private final double[] featureGradients;

    Rows(GoldenCase golden) {
      this.golden = golden;
      rows = golden.params().path("rows");
      values = new double[rows.size()];
      gradients = new double[rows.size() * golden.tensor("logits").length()];
      featureGradients =
          new double[golden.has("feature") ? rows.size() * golden.tensor("feature").length() : 0];
    }

    boolean deferred(int row) {
      return rows.get(row).path("drw").asBoolean();
    }

    /** Counted from 0; the case counts from 1. */
    int epoch(int row) {
      return rows.get(row).path("epoch").asInt() - 1;
    }

    void put(int row, LossValue value) {
      values[row] = value.value();
      copy(value.gradLogits(), gradients, row);
      value.gradFeatures().ifPresent(gradient -> copy(gradient, featureGradients, row));
    }

    private static void copy(INDArray gradient, double[] to, int row) {
      double[] elements = gradient.data().asDouble();
      System.arraycopy(elements, 0, to, row * elements.length, elements.length);
    }

    void check() {
      golden.check("loss", values);
      golden.check("grad_logits", gradients);
      if (golden.outputs().contains("grad_feature")) {
        golden.check("grad_feature", featureGradients);
      }
    }
  }
}
