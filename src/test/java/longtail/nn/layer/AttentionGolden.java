package longtail.nn.layer;

import java.util.Map;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The modulated attention alone: outputs and gradients of a given linear function of them. */
public final class AttentionGolden implements GoldenCheck {
  private static final Map<String, String> NAMES =
      Map.of(
          "W_g", "g.weight",
          "b_g", "g.bias",
          "W_theta", "theta.weight",
          "b_theta", "theta.bias",
          "W_phi", "phi.weight",
          "b_phi", "phi.bias",
          "W_mask", "conv_mask.weight",
          "W_spatial", "fc_spatial.weight",
          "b_spatial", "fc_spatial.bias");
  private static final String ROWS = "_rows0_";

  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.BALMS, "layer_modulatedatt*");
  }

  @Override
  public void run(GoldenCase golden) {
    INDArray x = golden.array("x").permute(0, 2, 3, 1).dup('c');
    AttentionRun run = new AttentionRun(x.shape());
    NAMES.forEach(
        (tensor, name) -> {
          INDArray parameter = run.parameter(name);
          parameter.assign(golden.array(tensor).reshape('c', parameter.shape()));
        });
    golden.check("out", run.forward(x).permute(0, 3, 1, 2));
    golden.check("spatial_att", run.spatial());
    golden.check("mask", run.mask().permute(0, 3, 1, 2));
    INDArray gradX = run.backward(golden.array("R").permute(0, 2, 3, 1).dup('c'));
    golden.check("grad_x", gradX.permute(0, 3, 1, 2));
    for (String output : golden.outputs()) {
      String tensor = output.substring(output.indexOf('_') + 1);
      if (output.startsWith("grad_") && !tensor.equals("x")) {
        golden.check(output, gradient(run, tensor));
      }
    }
  }

  /** The gradient of a tensor, or of its first rows if the name says so. */
  private static INDArray gradient(AttentionRun run, String tensor) {
    int rows = tensor.indexOf(ROWS);
    if (rows < 0) {
      return run.gradient(NAMES.get(tensor));
    }
    long last = Long.parseLong(tensor.substring(rows + ROWS.length()));
    return run.gradient(NAMES.get(tensor.substring(0, rows)))
        .get(NDArrayIndex.interval(0, last), NDArrayIndex.all());
  }
}
