package longtail.train.experiment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What each recipe of Bag of Tricks on CIFAR changes of the baseline, as its published
 * configurations do.
 *
 * @param classes of CIFAR-10 or CIFAR-100
 * @param factor imbalance factor
 */
record BagOfTricksCifar(int classes, int factor) {
  /** The data sets of the published tables. */
  static final List<BagOfTricksCifar> SETS =
      List.of(
          new BagOfTricksCifar(10, 100),
          new BagOfTricksCifar(10, 50),
          new BagOfTricksCifar(100, 100),
          new BagOfTricksCifar(100, 50));

  /** The recipe's file below conf, without its ending. */
  String file(String recipe) {
    return "cifar%d-lt/%s%s".formatted(classes, recipe, factor == 100 ? "" : "-if" + factor);
  }

  /** What differs between the four data sets, in the order of {@link #SETS}. */
  private String of(String... values) {
    return values[SETS.indexOf(this)];
  }

  /** The changes of each recipe, by its name. */
  Map<String, List<String>> changes() {
    Map<String, List<String>> changes = new TreeMap<>();
    changes.put("cross-entropy", List.of());
    losses(changes, this);
    sampling(changes);
    mixtures(changes);
    twoStages(changes, this);
    classActivation(changes, this);
    return changes;
  }

  private static void losses(Map<String, List<String>> changes, BagOfTricksCifar set) {
    String beta = set.of("0.9999", "0.9999", "0.9", "0.9");
    String focal =
        "{type: class-balanced-focal, beta: %s, gamma: %s}"
            .formatted(
                set.of("0.9999", "0.9999", "0.9", "0.99"), set.of("1.0", "2.0", "1.0", "1.0"));
    Map<String, String> reweighting =
        Map.of(
            "cost-sensitive", "{type: cost-sensitive, exponent: 1.0}",
            "cost-sensitive-smooth", "{type: cost-sensitive, exponent: 0.5}",
            "class-balanced", "{type: class-balanced, beta: %s}".formatted(beta),
            "class-balanced-focal", focal,
            "cdt", "{type: cdt, gamma: 0.2}",
            "balanced-softmax", "balanced-softmax");
    reweighting.forEach(
        (name, loss) -> {
          changes.put(name, List.of("stages.0.loss=" + loss));
          changes.put("drw-" + name, List.of(deferred(160, loss)));
        });
    changes.put("focal", List.of("stages.0.loss={type: focal, gamma: 2.0}"));
    changes.put(
        "drw-focal",
        List.of(deferred(160, "{type: focal, gamma: 2.0, weights: {type: cost, exponent: 1.0}}")));
    changes.put(
        "ldam",
        List.of("model.head=normalized", "stages.0.loss={type: ldam, scale: 30, max-margin: 0.5}"));
    changes.put(
        "drw-ldam",
        List.of(
            "model.head=normalized",
            deferred(
                160,
                "{type: ldam, scale: 30, max-margin: 0.5, weights: {type: effective-number, beta: 0.9999}}")));
    changes.put(
        "drw-influence-balanced",
        List.of(
            deferred(100, "{type: influence-balanced, alpha: 1000}"), milestones(100, 160, 180)));
    changes.put(
        "seql",
        List.of(
            "stages.0.loss={type: seql, gamma: 0.9, lambda: %s}"
                .formatted(set.of("0.05", "0.05", "0.005", "0.006"))));
    Map<String, String> smoothing =
        Map.of(
            "label-smoothing", "{type: label-smoothing, epsilon: 0.1}",
            "label-aware-smoothing",
                "{type: label-aware-smoothing, head: 0.4, tail: 0.1, shape: concave}");
    // the published code has nothing to defer in these losses
    smoothing.forEach(
        (name, loss) ->
            Stream.of(name, "drw-" + name)
                .forEach(recipe -> changes.put(recipe, List.of("stages.0.loss=" + loss))));
  }

  private static void sampling(Map<String, List<String>> changes) {
    Map<String, String> samplers =
        Map.of(
            "class-balanced", "class-balanced",
            "square-root", "square-root",
            "progressive", "progressive");
    samplers.forEach(
        (name, sampler) -> {
          changes.put(name + "-sampling", List.of("stages.0.sampler=" + sampler));
          changes.put(
              "drs-" + name,
              List.of(
                  "stages.0.sampler={type: deferred, start-epoch: 160, then: %s}"
                      .formatted(sampler)));
        });
    changes.put(
        "two-samplers",
        List.of("stages.0.batch-size=64", "stages.0.mix={type: two-samplers, sampler: reverse}"));
  }

  private static void mixtures(Map<String, List<String>> changes) {
    List<String> longer = List.of("stages.0.epochs=400", milestones(320, 360));
    changes.put("cross-entropy-400-epochs", longer);
    Map<String, String> mixtures =
        Map.of(
            "mixup", "{type: mixup, alpha: 1}",
            "manifold-mixup", "{type: manifold-mixup, alpha: 1, location: pool}",
            "remix", "{type: remix, alpha: 1, kappa: 3, tau: 0.5}");
    Map<String, String> rebalancing =
        Map.of(
            "", "stages.0.loss=cross-entropy",
            "-cost-sensitive", "stages.0.loss={type: cost-sensitive, exponent: 1}",
            "-balanced-softmax", "stages.0.loss=balanced-softmax",
            "-class-balanced-sampling", "stages.0.sampler=class-balanced",
            "-progressive-sampling", "stages.0.sampler=progressive");
    mixtures.forEach(
        (name, mixture) ->
            rebalancing.forEach(
                (suffix, change) ->
                    changes.put(name + suffix, joined(longer, "stages.0.mix=" + mixture, change))));
    changes.put(
        "mixup-two-samplers",
        joined(longer, "stages.0.mix={type: bbn-mix, alpha: 1, sampler: reverse}"));
    changes.put(
        "mixup-drw-balanced-softmax",
        joined(longer, "stages.0.mix=" + mixtures.get("mixup"), deferred(320, "balanced-softmax")));
  }

  private static void twoStages(Map<String, List<String>> changes, BagOfTricksCifar set) {
    List<String> classifier =
        List.of(
            "epochs=30",
            "batch-size=128",
            "sampler=class-balanced",
            "freeze=backbone",
            "frozen-norm=batch",
            "optimizer={type: sgd, lr: 0.1, momentum: 0.9, nesterov: true, weight-decay: 5.0e-4}",
            "schedule={type: warmup-multistep, warmup: 5, milestones: [10, 20], factor: 0.1, counting: from-one}");
    List<String> retrained = new ArrayList<>(List.of("stages.0.name=representation"));
    retrained.add(
        "stages.1={name: classifier, reinitialize: head, "
            + String.join(", ", classifier).replace("=", ": ")
            + "}");
    changes.put("crt", retrained);
    List<String> scaled = new ArrayList<>(List.of("model.head=lws", "stages.0.name=scales"));
    classifier.forEach(change -> scaled.add("stages.0." + change));
    changes.put("lws", scaled);
    changes.put(
        "tau-norm",
        List.of(
            "stages.0.name=normalisation",
            "stages.0.epochs=1",
            "stages.0.freeze=backbone",
            "stages.0.frozen-norm=running",
            "stages.0.optimizer={type: sgd, lr: 0, momentum: 0, weight-decay: 0}",
            "stages.0.schedule=constant",
            "stages.0.constraint={type: tau-norm, tau: 1, timing: epoch}"));
    changes.put("dive-teacher", List.of("stages.0.loss=balanced-softmax", milestones(120, 160)));
    changes.put(
        "dive",
        List.of(
            "stages.0.method={type: distill, teacher: runs/cifar%d-lt%s/dive-teacher, loss: {alpha: 0.5, temperature: 2, power: 0.5, base: balanced-softmax}}"
                .formatted(set.classes(), set.factor() == 100 ? "" : "-if50"),
            milestones(120, 160)));
  }

  /** Some stages have a warm-up and some have none, without a rule. */
  private static void classActivation(Map<String, List<String>> changes, BagOfTricksCifar set) {
    String warm = "type: warmup-multistep, warmup: 5";
    String plain = "type: multistep";
    changes.put("cam-first-stage", List.of("stages.0.epochs=160"));
    Map<String, String> samplers =
        Map.of("", "class-balanced", "-square-root", "square-root", "-progressive", "progressive");
    samplers.forEach(
        (suffix, sampler) ->
            changes.put(
                "cam-second-stage" + suffix,
                List.of(
                    "stages.0.epochs=40",
                    "stages.0.sampler=" + sampler,
                    "stages.0.optimizer.lr=0.001",
                    schedule(set.of(plain, plain, warm, plain), "[20]", "0.01"))));
    String mixup = "stages.0.mix={type: mixup, alpha: 1}";
    changes.put(
        "mixup-cam-first-stage", List.of("stages.0.epochs=320", mixup, milestones(320, 360)));
    changes.put(
        "mixup-cam-second-stage",
        List.of(
            "stages.0.epochs=80",
            mixup,
            "stages.0.sampler=class-balanced",
            "stages.0.optimizer.lr=0.001",
            schedule(set.of(plain, plain, warm, plain), "[40]", "0.01")));
    changes.put(
        "mixup-cam-fine-tuning",
        List.of(
            "stages.0.epochs=20",
            "stages.0.sampler=class-balanced",
            "stages.0.optimizer.lr=0.001",
            schedule(set.of(warm, plain, plain, plain), "[8, 16]", "0.1")));
  }

  private static String deferred(int epoch, String loss) {
    return "stages.0.loss={type: deferred, start-epoch: %d, loss: %s}".formatted(epoch, loss);
  }

  static String milestones(Integer... epochs) {
    return "stages.0.schedule.milestones=" + Arrays.toString(epochs);
  }

  private static String schedule(String type, String milestones, String factor) {
    return "stages.0.schedule={%s, milestones: %s, factor: %s, counting: from-one}"
        .formatted(type, milestones, factor);
  }

  static List<String> joined(List<String> first, String... more) {
    return Stream.concat(first.stream(), Stream.of(more)).toList();
  }
}
