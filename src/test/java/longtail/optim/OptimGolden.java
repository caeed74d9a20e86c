package longtail.optim;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import longtail.dataset.ClassCounts;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;
import longtail.loss.CrossEntropy;
import longtail.loss.LossValue;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** SGD and Adam, on given gradients and on a linear classifier. */
public final class OptimGolden implements GoldenCheck {
  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.BOT, "optimizer_sgd*", "optimizer_adam*")
        || golden.matches(Seed.METASAUG, "ce_iters_linear*");
  }

  @Override
  public void run(GoldenCase golden) {
    if (golden.seed() == Seed.BOT) {
      givenGradients(golden);
    } else {
      linearClassifier(golden);
    }
  }

  private static void givenGradients(GoldenCase golden) {
    JsonNode params = golden.params();
    Optimizer optimizer =
        params.path("type").asText().equals("ADAM")
            ? new Adam(
                0.1,
                params.path("betas").get(0).asDouble(),
                params.path("betas").get(1).asDouble(),
                params.path("eps").asDouble(),
                params.path("weight_decay").asDouble())
            : sgd(params);
    Flat flat = new Flat(optimizer, golden.array("weight0"), golden.array("bias0"));
    JsonNode rates = params.path("lr_per_step");
    INDArray weights = Nd4j.create(DataType.DOUBLE, golden.tensor("weight").shape());
    INDArray biases = Nd4j.create(DataType.DOUBLE, golden.tensor("bias").shape());
    for (int step = 0; step < rates.size(); step++) {
      flat.step(
          golden.array("grads_weight").slice(step),
          golden.array("grads_bias").slice(step),
          rates.get(step).asDouble());
      weights.slice(step).assign(flat.weight());
      biases.slice(step).assign(flat.bias());
    }
    golden.check("weight", weights);
    golden.check("bias", biases);
  }

  private static void linearClassifier(GoldenCase golden) {
    Sgd optimizer = sgd(golden.params());
    Flat flat = new Flat(optimizer, golden.array("fc_weight0"), golden.array("fc_bias0"));
    int classes = (int) flat.bias().length();
    var loss = new CrossEntropy().bind(ClassCounts.ofLabels(new int[0], classes));
    for (int step = 1; golden.has("features" + step); step++) {
      INDArray features = golden.array("features" + step);
      INDArray logits = features.mmul(flat.weight().transpose()).addiRowVector(flat.bias());
      LossValue value = loss.evaluate(logits, golden.tensor("labels" + step).ints());
      INDArray gradient = value.gradLogits();
      double rate = golden.params().path("lr").asDouble();
      flat.step(gradient.transpose().mmul(features), gradient.sum(0), rate);
      golden.check("fc_weight" + step, flat.weight());
      golden.check("fc_bias" + step, flat.bias());
    }
    golden.check("momentum_weight", flat.weightPart(flat.state));
    golden.check("momentum_bias", flat.biasPart(flat.state));
  }

  private static Sgd sgd(JsonNode params) {
    return new Sgd(
        0.1,
        params.path("momentum").asDouble(),
        params.path("nesterov").asBoolean(),
        params.path("weight_decay").asDouble());
  }

  /** A weight and a bias in one flat vector. */
  private static final class Flat {
    private final Optimizer optimizer;
    private final long[] shape;
    private final long weights;
    private final INDArray parameters;
    private final INDArray state;
    private long iteration;

    Flat(Optimizer optimizer, INDArray weight, INDArray bias) {
      this.optimizer = optimizer;
      shape = weight.shape();
      weights = weight.length();
      parameters = join(weight, bias);
      state = Nd4j.create(DataType.DOUBLE, optimizer.stateLength(parameters.length()));
    }

    void step(INDArray gradWeight, INDArray gradBias, double rate) {
      List<Span> all = List.of(new Span(0, parameters.length()));
      optimizer.step(parameters, join(gradWeight, gradBias), state, rate, all, iteration);
      iteration++;
    }

    INDArray weight() {
      return weightPart(parameters);
    }

    INDArray bias() {
      return biasPart(parameters);
    }

    INDArray weightPart(INDArray vector) {
      return vector.get(NDArrayIndex.interval(0, weights)).reshape('c', shape);
    }

    INDArray biasPart(INDArray vector) {
      return vector.get(NDArrayIndex.interval(weights, parameters.length()));
    }

    private static INDArray join(INDArray weight, INDArray bias) {
      return Nd4j.concat(0, weight.dup('c').reshape(weight.length()), bias);
    }
  }
}
