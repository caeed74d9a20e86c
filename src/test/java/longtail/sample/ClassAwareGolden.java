package longtail.sample;

import java.util.Arrays;
import java.util.stream.IntStream;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;

/** Class-aware sampling, with every shuffle replaced by a reversal. */
public final class ClassAwareGolden implements GoldenCheck {
  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.BALMS, "sampler_class_aware_*");
  }

  @Override
  public void run(GoldenCase golden) {
    int[] labels = golden.tensor("labels").ints();
    int classes = Arrays.stream(labels).max().orElseThrow() + 1;
    int perClass = golden.params().path("num_samples_cls").asInt();
    ClassCycles cycles =
        ClassCycles.of(
            Population.of(labels, classes, labels.length),
            perClass,
            (items, list, pass) -> pass % 2 == 0 ? reversed(items) : items);
    if (golden.has("indices")) {
      golden.check("indices", epoch(cycles, 0, golden.tensor("indices").length()));
    } else {
      int draws = golden.params().path("epoch_length").asInt();
      for (int epoch = 1; golden.has("indices_epoch" + epoch); epoch++) {
        golden.check("indices_epoch" + epoch, epoch(cycles, epoch - 1, draws));
      }
    }
  }

  private static int[] epoch(ClassCycles cycles, int epoch, int draws) {
    return IntStream.range(0, draws).map(draw -> cycles.row(epoch, draws, draw)).toArray();
  }

  private static int[] reversed(int[] items) {
    return IntStream.range(0, items.length).map(i -> items[items.length - 1 - i]).toArray();
  }
}
