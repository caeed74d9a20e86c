package longtail.loss;

import com.fasterxml.jackson.databind.JsonNode;
import longtail.golden.GlmcWeights;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The similarity of GLMC's two views, alone and behind linear projector and predictor. */
public final class SimilarityGolden implements GoldenCheck {
  private final NegativeCosine loss = new NegativeCosine();

  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.GLMC, "similarity_*");
  }

  @Override
  public void run(GoldenCase golden) {
    if (golden.name().startsWith("similarity_heads")) {
      heads(golden);
    } else {
      alone(golden);
    }
  }

  private void alone(GoldenCase golden) {
    INDArray p = golden.array("p");
    NegativeCosine.Value value = loss.evaluate(p, golden.array("z"));
    golden.check("loss", value.value());
    for (String output : golden.outputs()) {
      switch (output) {
        case "grad_p" -> golden.check(output, value.gradPredictions());
        case "grad_z" -> golden.check(output, p.mul(0));
        case "grad_p_from_row1" ->
            golden.check(output, value.gradPredictions().get(NDArrayIndex.interval(1, p.size(0))));
        default -> {}
      }
    }
  }

  /** {@code z = f A^T + a} and {@code p = z B^T + b} of both views, which share the weights. */
  private void heads(GoldenCase golden) {
    INDArray projectorWeight = weight(golden, "proj_w", "projection_head.0.weight");
    INDArray projectorBias = weight(golden, "proj_b", "projection_head.0.bias").reshape(-1);
    INDArray predictorWeight = weight(golden, "pred_w", "contrast_head.0.weight");
    INDArray predictorBias = weight(golden, "pred_b", "contrast_head.0.bias").reshape(-1);
    INDArray[] features = {golden.array("feat1"), golden.array("feat2")};
    INDArray[] z = new INDArray[2];
    INDArray[] p = new INDArray[2];
    for (int view = 0; view < 2; view++) {
      z[view] = features[view].mmul(projectorWeight.transpose()).addRowVector(projectorBias);
      p[view] = z[view].mmul(predictorWeight.transpose()).addRowVector(predictorBias);
    }
    Gradients sums = new Gradients(projectorWeight, predictorWeight);
    double value = 0;
    for (int view = 0; view < 2; view++) {
      NegativeCosine.Value ofView = loss.evaluate(p[view], z[1 - view]);
      value += ofView.value();
      INDArray gradFeatures = sums.add(features[view], z[view], ofView.gradPredictions());
      golden.check("grad_feat" + (view + 1), gradFeatures);
    }
    golden.check("loss", value);
    golden.check("z1", z[0]);
    golden.check("p1", p[0]);
    sums.check(golden);
  }

  /** A tensor of the case, or the weight of its rule that has this place in the state. */
  private static INDArray weight(GoldenCase golden, String tensor, String name) {
    if (golden.has(tensor)) {
      return golden.array(tensor);
    }
    for (JsonNode entry : golden.params().path("tensors")) {
      if (entry.get(1).asText().equals(name)) {
        long[] shape = GlmcWeights.shape(entry);
        double[] values = GlmcWeights.values(golden.params().path("seed").asLong(), entry);
        return Nd4j.createFromArray(values).reshape('c', shape).castTo(DataType.DOUBLE);
      }
    }
    throw new AssertionError("no weights for " + name);
  }

  /** Sums of the gradients of both views. */
  private static final class Gradients {
    private final INDArray projectorWeight;
    private final INDArray predictorWeight;
    private final INDArray gradProjector;
    private final INDArray gradProjectorBias;
    private final INDArray gradPredictor;
    private final INDArray gradPredictorBias;

    Gradients(INDArray projectorWeight, INDArray predictorWeight) {
      this.projectorWeight = projectorWeight;
      this.predictorWeight = predictorWeight;
      gradProjector = projectorWeight.mul(0);
      gradProjectorBias = Nd4j.zeros(DataType.DOUBLE, projectorWeight.size(0));
      gradPredictor = predictorWeight.mul(0);
      gradPredictorBias = Nd4j.zeros(DataType.DOUBLE, predictorWeight.size(0));
    }

    /** Adds those of one view; returns the gradient at its features. */
    INDArray add(INDArray features, INDArray z, INDArray gradPrediction) {
      INDArray gradProjection = gradPrediction.mmul(predictorWeight);
      gradPredictor.addi(gradPrediction.transpose().mmul(z));
      gradPredictorBias.addi(gradPrediction.sum(0));
      gradProjector.addi(gradProjection.transpose().mmul(features));
      gradProjectorBias.addi(gradProjection.sum(0));
      return gradProjection.mmul(projectorWeight);
    }

    void check(GoldenCase golden) {
      for (String output : golden.outputs()) {
        switch (output) {
          case "grad_proj_w", "grad_projection_head_w" -> golden.check(output, gradProjector);
          case "grad_proj_b", "grad_projection_head_b" -> golden.check(output, gradProjectorBias);
          case "grad_pred_w" -> golden.check(output, gradPredictor);
          case "grad_pred_b", "grad_contrast_head_b" -> golden.check(output, gradPredictorBias);
          case "grad_contrast_head_w_rowsum" -> golden.check(output, gradPredictor.sum(1));
          default -> {}
        }
      }
    }
  }
}
