package longtail.golden;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import longtail.optim.Adam;
import longtail.optim.Span;
import longtail.sample.GumbelDraw;
import longtail.sample.MetaSamplerGolden;
import longtail.sample.SampleRates;
import longtail.sample.SoftDraw;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The sample rates of a case, drawn with its Gumbel noise and moved step by step. */
public final class GoldenRates {
  private final int[] labels;
  private final List<double[]> noise;
  private final int batch;
  private final int lag;
  private final Adam adam;
  private final INDArray moments;
  private final List<SampleRates> past = new ArrayList<>();

  /** The rates of {@code golden}, whose images have {@code labels}. */
  public GoldenRates(GoldenCase golden, int[] labels) {
    JsonNode params = golden.params();
    this.labels = labels;
    noise = MetaSamplerGolden.rows(golden.tensor("gumbel"));
    batch = params.path("batch_size").asInt();
    lag = params.path("prefetch_lag").asInt(0);
    double epsilon = params.path("adam_eps").asDouble();
    JsonNode betas = params.path("adam_betas");
    adam =
        new Adam(
            params.path("meta_lr").asDouble(),
            betas.path(0).asDouble(0.9),
            betas.path(1).asDouble(0.999),
            epsilon,
            0);
    SampleRates initial = SampleRates.of(golden.tensor("w").values());
    moments = Nd4j.zeros(DataType.DOUBLE, adam.stateLength(initial.classes()));
    past.add(initial);
  }

  /** The draws of step {@code k}. */
  public List<GumbelDraw> draws(int k) {
    return noise.subList(k * batch, (k + 1) * batch).stream()
        .map(n -> GumbelDraw.of(drawnWith(k), labels, n))
        .toList();
  }

  private SampleRates drawnWith(int k) {
    return past.get(Math.max(0, k - lag));
  }

  /** Moves the rates after step {@code k}; returns the gradient. */
  public double[] learn(int k, double... atWeights) {
    List<SoftDraw> soft = draws(k).stream().map(GumbelDraw::draw).toList();
    double[] gradient = drawnWith(k).gradient(soft, atWeights);
    INDArray rates = Nd4j.createFromArray(current());
    List<Span> all = List.of(new Span(0, gradient.length));
    adam.step(rates, Nd4j.createFromArray(gradient), moments, adam.lr(), all, k);
    past.add(SampleRates.of(rates.toDoubleVector()));
    return gradient;
  }

  /** The parameters of the rates as they are now. */
  public double[] current() {
    return past.get(past.size() - 1).parameters();
  }
}
