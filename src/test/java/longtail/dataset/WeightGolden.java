package longtail.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.stream.IntStream;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;
import longtail.loss.ClassWeights;
import longtail.loss.Margins;

/** Class weights and margins, and the long-tailed training sets they are made for. */
public final class WeightGolden implements GoldenCheck {
  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.METASAUG, "lt_counts_*")
        || golden.matches(Seed.GLMC, "class_weights_*");
  }

  @Override
  public void run(GoldenCase golden) {
    if (golden.seed() == Seed.GLMC) {
      powers(golden);
    } else {
      longTail(golden);
    }
  }

  /** One output per exponent, in their order. */
  private static void powers(GoldenCase golden) {
    ClassCounts counts = ClassCounts.of(golden.tensor("class_counts").ints());
    JsonNode exponents = golden.params().path("k");
    for (int i = 0; i < golden.outputs().size(); i++) {
      golden.check(
          golden.outputs().get(i), ClassWeights.inversePower(counts, exponents.get(i).asDouble()));
    }
  }

  private static void longTail(GoldenCase golden) {
    JsonNode params = golden.params();
    int classes = golden.tensor("img_num_list").length();
    int images = params.path("n_train").asInt();
    int meta = params.path("num_meta").asInt();
    ClassCounts counts =
        new LongTailProfile.Exponential(params.path("imb_factor").asDouble(1))
            .counts((double) (images - meta * classes) / classes, classes);
    golden.check("img_num_list", counts.toArray());
    golden.check(
        "per_cls_weights", ClassWeights.effectiveNumber(counts, params.path("beta").asDouble()));
    golden.check("margins", Margins.ldam(counts, params.path("max_m").asDouble()));

    ClassDraw first = (c, members, wanted) -> IntStream.range(0, wanted).toArray();
    int[] labels = IntStream.range(0, images).map(i -> i % classes).toArray();
    MetaSplit split = MetaSplit.of(labels, classes, meta, first);
    int[] rest = Arrays.stream(split.train()).map(i -> labels[i]).toArray();
    golden.check("meta_counts", counts(split.meta(), labels, classes));
    golden.check(
        "train_counts", counts(ClassSubset.inFileOrder(rest, counts, first), rest, classes));
  }

  private static int[] counts(int[] positions, int[] labels, int classes) {
    int[] chosen = Arrays.stream(positions).map(i -> labels[i]).toArray();
    return ClassCounts.ofLabels(chosen, classes).toArray();
  }
}
