package longtail.eval;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import longtail.dataset.ClassCounts;
import longtail.dataset.Shots;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;
import longtail.loss.Certainty;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Answers that are weighted, mixed or may be rejected; running means; the certainty of answers. */
public final class AnswerGolden implements GoldenCheck {
  /** The share is named in words only. */
  private static final Pattern MINIBATCH_SHARE =
      Pattern.compile("minibatch accuracy with lam ([0-9.]*[0-9])");

  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.BOT, "metrics_average_meter*")
        || golden.matches(Seed.GLMC, "average_meter*", "eval_mixed_label_accuracy*")
        || golden.matches(
            Seed.BALMS, "metrics_openset_*", "metrics_mixup_weighted*", "priority_values*")
        || golden.matches(Seed.METASAUG, "eval_utils*");
  }

  @Override
  public void run(GoldenCase golden) {
    switch (golden.seed()) {
      case BOT -> trace(golden);
      case GLMC -> {
        if (golden.name().startsWith("average_meter")) {
          averages(golden);
        } else {
          golden.check("acc", mixed(golden, "targets_a", "targets_b"));
        }
      }
      case BALMS -> {
        if (golden.name().startsWith("metrics_openset")) {
          openSet(golden);
        } else if (golden.name().startsWith("priority_values")) {
          priorities(golden);
        } else {
          weighted(golden);
        }
      }
      case METASAUG -> evaluation(golden);
    }
  }

  private static void trace(GoldenCase golden) {
    double[] values = golden.tensor("values").values();
    int[] samples = golden.tensor("n").ints();
    RunningMean mean = new RunningMean();
    double[][] rows = new double[values.length][];
    for (int i = 0; i < values.length; i++) {
      mean.add(values[i], samples[i]);
      rows[i] = new double[] {mean.last(), mean.mean(), mean.sum(), mean.count()};
    }
    golden.check("trace", Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray());
  }

  private static void averages(GoldenCase golden) {
    double[] values = golden.tensor("values").values();
    int[] samples = golden.tensor("n").ints();
    RunningMean mean = new RunningMean();
    double[] means = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      mean.add(values[i], samples[i]);
      means[i] = mean.mean();
    }
    golden.check("avg", means);
  }

  private static void openSet(GoldenCase golden) {
    INDArray logits = golden.array("logits");
    int[] labels = golden.tensor("labels").ints();
    double threshold = golden.params().path("open_threshold").asDouble();
    OpenSet openSet = OpenSet.of(training(golden, (int) logits.size(1)), Shots.USUAL);
    int[] answers = new int[labels.length];
    for (int i = 0; i < labels.length; i++) {
      answers[i] = OpenSet.answer(logits.getRow(i).toFloatVector(), threshold);
      openSet.add(labels[i], answers[i]);
    }
    golden.check("preds", answers);
    golden.check("f_measure", openSet.fMeasure());
    golden.check("openset_acc", openSet.unknownAccuracy());
    golden.check("micro_known", openSet.knownAccuracy());
    golden.check(
        "shot_known",
        openSet.accuracy(Shots.Group.MANY),
        openSet.accuracy(Shots.Group.MEDIUM),
        openSet.accuracy(Shots.Group.FEW));
  }

  private static void weighted(GoldenCase golden) {
    int[] labels = golden.tensor("labels").ints();
    int[] others = golden.tensor("labels2").ints();
    int[] answers = golden.tensor("preds").ints();
    ClassCounts counts = training(golden, 1 + Math.max(largest(labels), largest(others)));
    WeightedAccuracy accuracy = WeightedAccuracy.of(counts, Shots.USUAL);
    double[] weights = golden.tensor("weights").values();
    for (int i = 0; i < labels.length; i++) {
      accuracy.add(labels[i], answers[i], weights[i]);
    }
    golden.check(
        "weighted_shot",
        orNaN(accuracy.ofGroup(Shots.Group.MANY)),
        orNaN(accuracy.ofGroup(Shots.Group.MEDIUM)),
        orNaN(accuracy.ofGroup(Shots.Group.FEW)));
    golden.check("weighted_micro", orNaN(accuracy.overall()));

    JsonNode batches = golden.params().path("batch_sizes");
    JsonNode shares = golden.params().path("lam");
    TrainingAccuracy training = TrainingAccuracy.of(counts, Shots.USUAL);
    int i = 0;
    for (int batch = 0; batch < batches.size(); batch++) {
      JsonNode share = shares.get(batch);
      for (int end = i + batches.get(batch).asInt(); i < end; i++) {
        if (share.isNull()) {
          training.add(labels[i], answers[i]);
        } else {
          training.addMixed(labels[i], others[i], share.asDouble(), answers[i]);
        }
      }
    }
    golden.check(
        "train_all_many_median_low",
        training.overall(),
        training.accuracy(Shots.Group.MANY),
        training.accuracy(Shots.Group.MEDIUM),
        training.accuracy(Shots.Group.FEW));
    Matcher share = MINIBATCH_SHARE.matcher(golden.what());
    assertThat(share.find()).as("share of the mixed minibatch in: " + golden.what()).isTrue();
    golden.check(
        "minibatch_mix_acc", mixed(answers, labels, others, Double.parseDouble(share.group(1))));
  }

  private static void priorities(GoldenCase golden) {
    Certainty[] certainties = certainties(golden);
    golden.check(
        "score", Arrays.stream(certainties).mapToDouble(c -> 1 - c.probability()).toArray());
    golden.check("entropy", Arrays.stream(certainties).mapToDouble(Certainty::entropy).toArray());
    golden.check("CE", Arrays.stream(certainties).mapToDouble(Certainty::crossEntropy).toArray());
  }

  private static void evaluation(GoldenCase golden) {
    int[] labels = golden.tensor("labels").ints();
    int[] answers = golden.tensor("preds").ints();
    ClassCounts counts = ClassCounts.of(golden.tensor("train_counts").ints());
    Shots shots =
        new Shots(
            golden.params().path("many_shot_thr").asInt(),
            golden.params().path("low_shot_thr").asInt());
    Evaluation evaluation =
        Evaluation.of(Predictions.of(counts.classes(), labels, answers), counts, shots);
    golden.check("many", evaluation.many());
    golden.check("median", evaluation.medium());
    golden.check("few", evaluation.few());
    golden.check(
        "class_acc",
        evaluation.classes().stream()
            .filter(ClassResult::tested)
            .mapToDouble(ClassResult::accuracy)
            .toArray());
    golden.check("macro_f1", evaluation.macroF1());
    golden.check("micro", evaluation.top1());
    golden.check("micro_mix", mixed(golden, "labels", "labels_b"));

    double[] weights = golden.tensor("sample_weights").values();
    WeightedAccuracy accuracy = WeightedAccuracy.of(counts, shots);
    OpenSet openSet = OpenSet.of(counts, shots);
    int[] openLabels = golden.tensor("open_labels").ints();
    int[] openAnswers = golden.tensor("open_preds").ints();
    for (int i = 0; i < labels.length; i++) {
      accuracy.add(labels[i], answers[i], weights[i]);
      openSet.add(openLabels[i], openAnswers[i]);
    }
    golden.check("w_many", orNaN(accuracy.ofGroup(Shots.Group.MANY)));
    golden.check("w_median", orNaN(accuracy.ofGroup(Shots.Group.MEDIUM)));
    golden.check("w_few", orNaN(accuracy.ofGroup(Shots.Group.FEW)));
    golden.check("w_micro", orNaN(accuracy.overall()));
    golden.check("open_f", openSet.fMeasure());

    Certainty[] certainties = certainties(golden);
    golden.check("score", Arrays.stream(certainties).mapToDouble(Certainty::probability).toArray());
    golden.check("entropy", Arrays.stream(certainties).mapToDouble(Certainty::entropy).toArray());
    golden.check("ce", Arrays.stream(certainties).mapToDouble(Certainty::crossEntropy).toArray());
  }

  private static double mixed(GoldenCase golden, String first, String second) {
    return mixed(
        golden.tensor("preds").ints(),
        golden.tensor(first).ints(),
        golden.tensor(second).ints(),
        golden.params().path("lam").asDouble());
  }

  private static double mixed(int[] answers, int[] first, int[] second, double share) {
    int classes = 1 + Math.max(largest(first), largest(second));
    WeightedAccuracy accuracy =
        WeightedAccuracy.of(ClassCounts.ofLabels(new int[0], classes), Shots.USUAL);
    for (int i = 0; i < answers.length; i++) {
      accuracy.addMixed(first[i], second[i], share, answers[i]);
    }
    return accuracy.overall().orElseThrow();
  }

  private static Certainty[] certainties(GoldenCase golden) {
    double[][] logits = golden.array("logits").toDoubleMatrix();
    int[] labels = golden.tensor("labels").ints();
    return IntStream.range(0, labels.length)
        .mapToObj(i -> Certainty.of(logits[i], labels[i]))
        .toArray(Certainty[]::new);
  }

  private static ClassCounts training(GoldenCase golden, int classes) {
    int[] labels = golden.tensor("train_labels").ints();
    return ClassCounts.ofLabels(labels, Math.max(classes, 1 + largest(labels)));
  }

  private static double orNaN(OptionalDouble figure) {
    return figure.orElse(Double.NaN);
  }

  private static int largest(int[] values) {
    return Arrays.stream(values).max().orElseThrow();
  }
}
