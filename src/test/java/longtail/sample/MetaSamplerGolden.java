package longtail.sample;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import longtail.dataset.ClassCounts;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;
import longtail.golden.Tensor;

/** The sample rates of the Meta Sampler and its draws from given Gumbel noise. */
public final class MetaSamplerGolden implements GoldenCheck {
  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.BALMS, "meta_init_*", "meta_sample_*");
  }

  @Override
  public void run(GoldenCase golden) {
    if (golden.has("counts")) {
      SampleRates rates =
          SampleRates.initial(
              ClassCounts.of(golden.tensor("counts").ints()),
              golden.params().path("init_pow").asDouble());
      golden.check("w", rates.parameters());
      golden.check("rate", rates.rates());
    } else {
      draws(golden);
    }
  }

  private static void draws(GoldenCase golden) {
    SampleRates rates = SampleRates.of(golden.tensor("w").values());
    double[] losses = golden.tensor("per_sample_loss").values();
    List<GumbelDraw> found =
        rows(golden.tensor("gumbel")).stream()
            .map(noise -> GumbelDraw.of(rates, golden.tensor("labels_all").ints(), noise))
            .toList();
    List<SoftDraw> draws = found.stream().map(GumbelDraw::draw).toList();
    golden.check("indices", found.stream().mapToInt(GumbelDraw::row).toArray());
    golden.check("classes", draws.stream().mapToInt(SoftDraw::label).toArray());
    golden.check("soft", flat(found.stream().map(GumbelDraw::shares).toList()));
    golden.check("picked_soft", draws.stream().mapToDouble(SoftDraw::share).toArray());
    golden.check("class_soft", flat(draws.stream().map(SoftDraw::classShares).toList()));
    double mean = 0;
    double[] atWeights = new double[losses.length];
    double[] atLosses = new double[losses.length];
    for (int b = 0; b < losses.length; b++) {
      mean += losses[b] / losses.length;
      atWeights[b] = losses[b] / losses.length;
      atLosses[b] = 1.0 / losses.length;
    }
    golden.check("loss", mean);
    golden.check("grad_w", rates.gradient(draws, atWeights));
    golden.check("grad_per_sample_loss", atLosses);
  }

  /** The last axis of {@code tensor} as rows. */
  public static List<double[]> rows(Tensor tensor) {
    long[] shape = tensor.shape();
    int width = (int) shape[shape.length - 1];
    double[] values = tensor.values();
    List<double[]> rows = new ArrayList<>();
    for (int from = 0; from < values.length; from += width) {
      rows.add(Arrays.copyOfRange(values, from, from + width));
    }
    return rows;
  }

  private static double[] flat(List<double[]> rows) {
    return rows.stream().flatMapToDouble(Arrays::stream).toArray();
  }
}
