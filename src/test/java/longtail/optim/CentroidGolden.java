package longtail.optim;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;
import longtail.loss.DiscCentroids;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Discriminative centroids, moved by their own optimiser for some steps on the same batch. */
public final class CentroidGolden implements GoldenCheck {
  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.BALMS, "disc_centroids*");
  }

  @Override
  public void run(GoldenCase golden) {
    JsonNode params = golden.params();
    DiscCentroids loss =
        new DiscCentroids(params.path("margin").asDouble(), params.path("repel_factor").asDouble());
    double rate = params.path("lr").asDouble();
    Sgd sgd =
        new Sgd(
            rate,
            params.path("momentum").asDouble(),
            false,
            params.path("weight_decay").asDouble());
    INDArray centroids = golden.array("centroids");
    long length = centroids.length();
    INDArray velocity = Nd4j.zeros(DataType.DOUBLE, length);
    for (int step = 0; golden.outputs().contains("loss_" + step); step++) {
      DiscCentroids.Value value =
          loss.evaluate(
              golden.array("features"),
              golden.tensor("labels").ints(),
              centroids,
              params.path("criterion_weight").asDouble());
      golden.check("loss_" + step, value.loss());
      golden.check("attract_" + step, value.attract());
      golden.check("repel_" + step, value.repel());
      golden.check("grad_features_" + step, value.gradFeatures());
      golden.check("grad_centroids_" + step, value.gradCentroids());
      sgd.step(
          centroids.reshape(length),
          value.gradCentroids().reshape(length),
          velocity,
          rate,
          List.of(new Span(0, length)),
          step);
      golden.check("centroids_after_" + step, centroids);
    }
  }
}
