package longtail.sample;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import longtail.dataset.ClassCounts;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;

/** Class probabilities of the samplers, and draws from given uniform numbers. */
public final class SamplerGolden implements GoldenCheck {
  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.BOT, "sampler_*") || golden.matches(Seed.GLMC, "sampler_weights_*");
  }

  @Override
  public void run(GoldenCase golden) {
    if (golden.seed() == Seed.GLMC) {
      weightedLoader(golden);
    } else if (golden.has("within_draw")) {
      balancedItems(golden);
    } else if (golden.has("uniform_class")) {
      reverseItems(golden);
    } else if (golden.has("uniform")) {
      draws(golden);
    } else if (golden.has("epoch_counter")) {
      deferred(golden);
    } else {
      probabilities(golden);
    }
  }

  private static void weightedLoader(GoldenCase golden) {
    Population population = population(golden.tensor("labels").ints());
    ClassCounts counts = population.counts();
    Sampler sampler = new PowerWeightedSampler(golden.params().path("k").asDouble());
    double[] probabilities = at(sampler, counts, 0, 1);
    golden.check("class_prob", probabilities);
    double sum = 0;
    for (int c = 0; c < counts.classes(); c++) {
      sum += probabilities[c] / counts.count(c);
    }
    double[] weights = new double[population.size()];
    for (int row = 0; row < weights.length; row++) {
      int label = population.label(row);
      weights[row] = counts.classes() * probabilities[label] / counts.count(label) / sum;
    }
    golden.check("sample_weights", weights);
  }

  private static void balancedItems(GoldenCase golden) {
    Population population = population(golden.tensor("labels_in_dataset_order").ints());
    int[] classes = golden.tensor("class_draw").ints();
    int[] within = golden.tensor("within_draw").ints();
    int[] rows = new int[classes.length];
    Arrays.setAll(rows, i -> population.row(classes[i], within[i]));
    golden.check("position", rows);
  }

  private static void reverseItems(GoldenCase golden) {
    Population population = population(golden.tensor("labels_in_dataset_order").ints());
    double[] uniforms = golden.tensor("uniform_class").values();
    double[] within = golden.tensor("uniform_within").values();
    CumulativeWeights classes =
        CumulativeWeights.of(at(new ReverseSampler(), population.counts(), 0, 1));
    int[] rows = new int[uniforms.length];
    for (int i = 0; i < rows.length; i++) {
      int label = classes.at(uniforms[i]);
      rows[i] = population.row(label, (int) (within[i] * population.counts().count(label)));
    }
    golden.check("second_position", rows);
    // the first stream is instance sampling, here in the order of the dataset
    golden.check("first_position", IntStream.range(0, rows.length).toArray());
  }

  private static void draws(GoldenCase golden) {
    int epoch = golden.params().path("progressive_epoch").asInt() - 1;
    int epochs = golden.params().path("MAX_EPOCH").asInt();
    ClassCounts counts = counts(golden);
    double[] uniforms = golden.tensor("uniform").values();
    golden.check(
        "square_class", drawn(at(new SquareRootSampler(), counts, epoch, epochs), uniforms));
    golden.check(
        "progressive_class", drawn(at(new ProgressiveSampler(), counts, epoch, epochs), uniforms));
    golden.check("reverse_class", drawn(at(new ReverseSampler(), counts, epoch, epochs), uniforms));
  }

  private static int[] drawn(double[] probabilities, double[] uniforms) {
    CumulativeWeights classes = CumulativeWeights.of(probabilities);
    return Arrays.stream(uniforms).mapToInt(classes::at).toArray();
  }

  private static void probabilities(GoldenCase golden) {
    ClassCounts counts = counts(golden);
    int epochs = golden.params().path("MAX_EPOCH").asInt();
    golden.check("instance_p", instance(counts));
    golden.check("class_p", at(new ClassBalancedSampler(), counts, 0, epochs));
    golden.check("square_p", at(new SquareRootSampler(), counts, 0, epochs));
    golden.check("progressive_p", everyEpoch(new ProgressiveSampler(), counts, epochs));
    // the reference's weights are those of ours whose smallest is 1
    double[] reverse = at(new ReverseSampler(), counts, 0, epochs);
    double smallest = Arrays.stream(reverse).filter(p -> p > 0).min().orElseThrow();
    golden.check("reverse_weight", Arrays.stream(reverse).map(p -> p / smallest).toArray());
    golden.check("reverse_weight_sum", 1 / smallest);
  }

  private static void deferred(GoldenCase golden) {
    ClassCounts counts = counts(golden);
    int epochs = golden.params().path("MAX_EPOCH").asInt();
    int start = golden.params().path("START_EPOCH").asInt();
    Sampler[] samplers = {
      new ClassBalancedSampler(), new SquareRootSampler(), new ProgressiveSampler()
    };
    String[] outputs = {"drs_balance", "drs_square", "drs_progressive"};
    for (int i = 0; i < outputs.length; i++) {
      golden.check(outputs[i], everyEpoch(new DeferredSampler(start, samplers[i]), counts, epochs));
    }
    golden.check(
        "epoch_counter", IntStream.range(0, epochs).map(e -> Math.max(0, e + 1 - start)).toArray());
  }

  /** The class probabilities of every epoch, one row after the other. */
  private static double[] everyEpoch(Sampler sampler, ClassCounts counts, int epochs) {
    return IntStream.range(0, epochs)
        .boxed()
        .flatMapToDouble(epoch -> Arrays.stream(at(sampler, counts, epoch, epochs)))
        .toArray();
  }

  private static double[] at(Sampler sampler, ClassCounts counts, int epoch, int epochs) {
    Optional<double[]> probabilities = sampler.classProbabilities(counts, epoch, epochs);
    return probabilities.orElseGet(() -> instance(counts));
  }

  /** How often the classes come in an epoch of every image once. */
  private static double[] instance(ClassCounts counts) {
    return IntStream.range(0, counts.classes())
        .mapToDouble(c -> (double) counts.count(c) / counts.total())
        .toArray();
  }

  private static ClassCounts counts(GoldenCase golden) {
    return ClassCounts.of(golden.tensor("class_counts").ints());
  }

  private static Population population(int[] labels) {
    int classes = Arrays.stream(labels).max().orElseThrow() + 1;
    return Population.of(labels, classes, labels.length);
  }
}
