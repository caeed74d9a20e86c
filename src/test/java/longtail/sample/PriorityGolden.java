package longtail.sample;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;
import longtail.golden.Tensor;

/** The tree of priorities, class priorities and image priorities. */
public final class PriorityGolden implements GoldenCheck {
  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(
        Seed.BALMS, "priority_tree_*", "sampler_class_priority_*", "sampler_mixed_priority_*");
  }

  @Override
  public void run(GoldenCase golden) {
    if (golden.name().startsWith("priority_tree_")) {
      tree(golden);
    } else if (golden.name().startsWith("sampler_mixed_")) {
      mixed(golden);
    } else if (golden.has("batch_indices")) {
      adaptive(golden);
    } else {
      manual(golden);
    }
  }

  private static void tree(GoldenCase golden) {
    PriorityTree tree = PriorityTree.of(golden.tensor("weights").values());
    golden.check("leaf", found(tree, golden.tensor("values").values()));
    int[] items = golden.tensor("update_pos").ints();
    double[] weights = golden.tensor("update_priority").values();
    for (int i = 0; i < items.length; i++) {
      tree.set(items[i], weights[i]);
    }
    golden.check("tree_after", tree.nodes());
    golden.check("total_after", tree.total());
    golden.check("leaf2", found(tree, golden.tensor("values2").values()));
  }

  private static int[] found(PriorityTree tree, double... values) {
    return Arrays.stream(values).mapToInt(tree::find).toArray();
  }

  private static void manual(GoldenCase golden) {
    Population population = population(golden);
    PriorityOptions options = options(golden);
    int epochs = epochs(golden);
    Sampler sampler = new ClassPrioritySampler(options.manual());
    ClassPriority priority = ClassPriority.of(options, population, epochs);
    List<double[]> weights = new ArrayList<>();
    List<double[]> probabilities = new ArrayList<>();
    for (int epoch = 0; epoch <= golden.params().path("epochs_run").asInt(); epoch++) {
      if (epoch > 0) {
        priority.epochFinished(epoch);
      }
      weights.add(priority.weights());
      probabilities.add(
          sampler.classProbabilities(population.counts(), epoch, epochs).orElseThrow());
    }
    golden.check("class_weights", joined(weights));
    golden.check("class_prob", joined(probabilities));
    golden.check("indices", rows(golden, population, priority));
  }

  /** Images of the drawn classes; every pass over a class is the one before it, reversed. */
  private static int[] rows(GoldenCase golden, Population population, ClassPriority priority) {
    int[] taken = new int[population.counts().classes()];
    double[] uniforms = golden.tensor("uniform_draws").values();
    int[] rows = new int[uniforms.length];
    for (int i = 0; i < rows.length; i++) {
      int label = priority.draw(uniforms[i]);
      int images = population.counts().count(label);
      int pass = taken[label] / images;
      int at = taken[label] % images;
      rows[i] = population.row(label, pass % 2 == 0 ? images - 1 - at : at);
      taken[label]++;
    }
    return rows;
  }

  private static void adaptive(GoldenCase golden) {
    ClassPriority priority = ClassPriority.of(options(golden), population(golden), epochs(golden));
    boolean byValidation = golden.params().path("pri_mode").asText().equals("valid");
    Batches batches = new Batches(golden);
    List<double[]> weights = new ArrayList<>(List.of(priority.weights()));
    List<double[]> fixed = new ArrayList<>(List.of(priority.fixed()));
    List<double[]> images = new ArrayList<>();
    for (int epoch = 1; epoch <= batches.epochs(); epoch++) {
      for (int batch = 0; batch < batches.ofEpoch() && !byValidation; batch++) {
        priority.update(batches.rows(epoch - 1, batch), batches.values(epoch - 1, batch));
      }
      weights.add(priority.weights());
      fixed.add(priority.fixed());
      images.add(priority.hardness());
      priority.epochFinished(epoch);
      if (byValidation) {
        int[] labels = golden.tensor("valid_labels").ints();
        double[] values = golden.tensor("valid_priorities").values();
        int from = (epoch - 1) * labels.length;
        priority.validated(labels, Arrays.copyOfRange(values, from, from + labels.length));
      }
      weights.add(priority.weights());
      fixed.add(priority.fixed());
    }
    golden.check("class_weights", joined(weights));
    golden.check("fixed_weights", joined(fixed));
    golden.check("per_example_weights", joined(images));
  }

  private static void mixed(GoldenCase golden) {
    MixedPriority priority = MixedPriority.of(options(golden), population(golden), epochs(golden));
    Batches batches = new Batches(golden);
    List<double[]> weights = new ArrayList<>(List.of(priority.weights()));
    for (int epoch = 1; epoch <= batches.epochs(); epoch++) {
      for (int batch = 0; batch < batches.ofEpoch(); batch++) {
        priority.update(batches.rows(epoch - 1, batch), batches.values(epoch - 1, batch));
      }
      weights.add(priority.weights());
      priority.epochFinished(epoch);
      weights.add(priority.weights());
    }
    golden.check("instance_weights", joined(weights));
    double[] uniforms = golden.tensor("uniform_draws").values();
    golden.check("indices", Arrays.stream(uniforms).mapToInt(priority::draw).toArray());
  }

  /** The images of every step with their hardness, {@code [epochs, steps, batch]}. */
  private static final class Batches {
    private final Tensor rows;
    private final Tensor values;

    Batches(GoldenCase golden) {
      rows = golden.tensor("batch_indices");
      values = golden.tensor("batch_priorities");
    }

    int epochs() {
      return (int) rows.shape()[0];
    }

    int ofEpoch() {
      return (int) rows.shape()[1];
    }

    int[] rows(int epoch, int batch) {
      int size = (int) rows.shape()[2];
      int from = (epoch * ofEpoch() + batch) * size;
      return Arrays.copyOfRange(rows.ints(), from, from + size);
    }

    double[] values(int epoch, int batch) {
      int size = (int) values.shape()[2];
      int from = (epoch * ofEpoch() + batch) * size;
      return Arrays.copyOfRange(values.values(), from, from + size);
    }
  }

  private static PriorityOptions options(GoldenCase golden) {
    JsonNode params = golden.params();
    ManualWeights.RootDecay decay =
        switch (params.path("root_decay").asText("none")) {
          case "exp" -> ManualWeights.RootDecay.EXP;
          case "linear" -> ManualWeights.RootDecay.LINEAR;
          case "autoexp" -> ManualWeights.RootDecay.AUTOEXP;
          default -> ManualWeights.RootDecay.NONE;
        };
    ManualWeights manual =
        new ManualWeights(
            params.path("balance_scale").asDouble(1),
            number(params.path("lam")),
            shift(params.path("cycle").asInt(0)),
            number(params.path("nroot")),
            decay,
            decay == ManualWeights.RootDecay.AUTOEXP ? 1 : params.path("decay_gap").asInt(30));
    return new PriorityOptions(
        manual,
        hardness(params, decay),
        params.path("fixed_scale").asDouble(1),
        params.path("rescale").asBoolean()
            ? PriorityOptions.Rescaling.ALWAYS
            : PriorityOptions.Rescaling.ONCE,
        params.path("alpha").asDouble(1),
        params.path("momentum").asDouble(0),
        PriorityOptions.Repeats.SUMMED);
  }

  private static ManualWeights.Shift shift(int cycle) {
    return switch (cycle) {
      case 1 -> ManualWeights.Shift.PERIODIC;
      case 2 -> ManualWeights.Shift.ZIGZAG;
      default -> ManualWeights.Shift.LINEAR;
    };
  }

  private static Hardness hardness(JsonNode params, ManualWeights.RootDecay decay) {
    if (params.path("manual_only").asBoolean() || decay != ManualWeights.RootDecay.NONE) {
      return Hardness.NONE;
    }
    return switch (params.path("ptype").asText("score")) {
      case "CE" -> Hardness.CROSS_ENTROPY;
      case "entropy" -> Hardness.ENTROPY;
      default -> Hardness.SCORE;
    };
  }

  private static Optional<Double> number(JsonNode node) {
    return node.isNumber() ? Optional.of(node.asDouble()) : Optional.empty();
  }

  private static int epochs(GoldenCase golden) {
    return golden.params().path("epochs").asInt(90);
  }

  private static Population population(GoldenCase golden) {
    int[] labels = golden.tensor("labels").ints();
    return Population.of(labels, 1 + Arrays.stream(labels).max().orElseThrow(), labels.length);
  }

  private static double[] joined(List<double[]> rows) {
    return rows.stream().flatMapToDouble(Arrays::stream).toArray();
  }
}
