package longtail.method.metasaug;

import static longtail.golden.GoldenNetworks.part;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;
import longtail.golden.TinyNetworks;
import longtail.method.Batch;
import longtail.method.metasaug.CovarianceLearning.Gradient;
import longtail.nn.Network;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.layer.Role;
import longtail.optim.Sgd;
import longtail.statistics.ClassRows;
import longtail.statistics.ClassStatistics;
import longtail.statistics.Covariance;
import longtail.statistics.StatisticsGolden;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Whole iterations of MetaSAug on a linear classifier alone, also by several workers. */
public final class MetasaugGolden implements GoldenCheck {
  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.METASAUG, "meta_iter_linear_*", "ddp*");
  }

  @Override
  public void run(GoldenCase golden) {
    if (golden.name().startsWith("ddp")) {
      workers(golden);
    } else {
      oneWorker(golden);
    }
  }

  private static void oneWorker(GoldenCase golden) {
    int iterations = golden.params().path("iterations").asInt();
    try (Network network = classifier(golden)) {
      MetaIteration iteration = iteration(golden, network, Gradient.EXACT);
      iteration.begin(statistics(golden));
      for (int k = 1; k <= iterations; k++) {
        String n = iterations == 1 ? "" : Integer.toString(k);
        ClassRows before = all(iteration.statistics());
        double real =
            iteration.step(
                batch(golden, "features" + n, "labels" + n),
                batch(golden, "meta_features" + n, "meta_labels" + n),
                golden.params().path("lr_real").asDouble(),
                k - 1);
        golden.check("pseudo_loss" + n, iteration.pseudoLoss());
        pair(golden, network, "pseudo_grad", n, iteration.pseudoGradient());
        pair(golden, network, "pseudo", n, iteration.pseudoParameters());
        pair(golden, network, "meta_grad", n, iteration.metaGradient());
        pair(golden, network, "real_grad", n, network.gradients());
        pair(golden, network, "final", n, network.parameters());
        golden.check("meta_loss" + n, iteration.metaLoss());
        golden.check("grad_cov" + n, spread(iteration.covarianceGradient(), before).values());
        golden.check(
            "new_cov" + n, before.plus(spread(iteration.covarianceChange(), before), 1).values());
        golden.check("real_loss" + n, real);
      }
      pair(golden, network, "momentum", "", iteration.optimizerState());
      StatisticsGolden.check(
          golden, iteration.statistics(), "cov_after", "ave_after", "amount_after");
    }
  }

  /** Each worker's own statistics and meta step; the mean of parameters and velocities after it. */
  private static void workers(GoldenCase golden) {
    int workers = golden.params().path("world_size").asInt();
    double rate = golden.params().path("lr_real").asDouble();
    List<Network> networks = new ArrayList<>();
    List<MetaIteration> iterations = new ArrayList<>();
    for (int r = 0; r < workers; r++) {
      networks.add(classifier(golden));
      iterations.add(iteration(golden, networks.get(r), Gradient.EXACT));
    }
    for (int k = 1; golden.has("features%d_r0".formatted(k)); k++) {
      for (int r = 0; r < workers; r++) {
        ClassRows before = all(iterations.get(r).statistics());
        iterations
            .get(r)
            .step(
                batch(golden, "features%d_r%d".formatted(k, r), "labels%d_r%d".formatted(k, r)),
                batch(golden, "meta_features_r" + r, "meta_labels_r" + r),
                rate,
                k - 1);
        golden.check(
            "new_cov%d_r%d".formatted(k, r),
            before.plus(spread(iterations.get(r).covarianceChange(), before), 1).values());
      }
      String n = Integer.toString(k);
      pair(golden, networks.get(0), "real_grad", n, mean(networks, Network::gradients));
      average(networks, Network::parameters);
      average(iterations, MetaIteration::optimizerState);
      pair(golden, networks.get(0), "final", n, networks.get(0).parameters());
    }
    for (int r = 0; r < workers; r++) {
      StatisticsGolden.check(
          golden,
          iterations.get(r).statistics(),
          "cov_after_r" + r,
          "ave_after_r" + r,
          "amount_after_r" + r);
      networks.get(r).close();
    }
  }

  private static <T> INDArray mean(List<T> workers, Function<T, INDArray> vector) {
    INDArray mean = vector.apply(workers.get(0)).dup();
    workers.subList(1, workers.size()).forEach(worker -> mean.addi(vector.apply(worker)));
    return mean.divi(workers.size());
  }

  private static <T> void average(List<T> workers, Function<T, INDArray> vector) {
    INDArray mean = mean(workers, vector);
    workers.forEach(worker -> vector.apply(worker).assign(mean));
  }

  static MetaIteration iteration(GoldenCase golden, Network network, Gradient gradient) {
    JsonNode params = golden.params();
    return new MetaIteration(
        network,
        StatisticsGolden.loss(golden).bind(StatisticsGolden.counts(golden)),
        StatisticsGolden.counts(golden),
        new Sgd(
            0.1,
            params.path("momentum").asDouble(),
            params.path("nesterov").asBoolean(),
            params.path("weight_decay").asDouble()),
        kind(golden),
        params.path("ratio").asDouble(),
        MetaIteration.learning(
            params.path("meta_lr").asDouble(), params.path("lr_pseudo").asDouble(), gradient));
  }

  private static Covariance kind(GoldenCase golden) {
    return golden.name().contains("_diag") ? Covariance.DIAGONAL : Covariance.FULL;
  }

  /** What the case says was seen before; nothing where it says nothing. */
  static ClassStatistics statistics(GoldenCase golden) {
    int classes = golden.params().path("class_num").asInt();
    int width = golden.params().path("feature_num").asInt();
    ClassStatistics statistics = ClassStatistics.empty(kind(golden), classes, width);
    if (golden.has("cov")) {
      INDArray covariances = golden.array("cov");
      INDArray means = golden.array("ave");
      double[] counts = golden.tensor("amount").values();
      for (int c = 0; c < classes; c++) {
        statistics.set(
            c,
            Math.round(counts[c]),
            means.getRow(c).toDoubleVector(),
            covariances.slice(c).dup('c').data().asDouble());
      }
    }
    return statistics;
  }

  /** The covariances of all classes. */
  static ClassRows all(ClassStatistics statistics) {
    return statistics.covariances(
        IntStream.range(0, statistics.classes()).toArray(), DataType.DOUBLE);
  }

  /** {@code rows} among zeros for the other classes of {@code like}. */
  static ClassRows spread(ClassRows rows, ClassRows like) {
    INDArray all = like.values().ulike().assign(0);
    for (int i = 0; i < rows.classes().length; i++) {
      all.slice(rows.classes()[i]).assign(rows.values().slice(i));
    }
    return new ClassRows(like.classes(), all);
  }

  private static Batch batch(GoldenCase golden, String features, String labels) {
    int[] classes = golden.tensor(labels).ints();
    INDArray rows = golden.array(features);
    return new Batch(
        rows.reshape('c', rows.size(0), 1, 1, rows.size(1)), classes, new int[classes.length]);
  }

  private static Network classifier(GoldenCase golden) {
    INDArray weight = golden.array("fc_weight");
    Network network = TinyNetworks.linear((int) weight.size(1), (int) weight.size(0));
    part(network.parameters(), block(network, Role.HEAD_WEIGHT)).assign(weight);
    part(network.parameters(), block(network, Role.HEAD_BIAS)).assign(golden.array("fc_bias"));
    return network;
  }

  private static void pair(
      GoldenCase golden, Network network, String name, String suffix, INDArray flat) {
    golden.check(name + "_weight" + suffix, part(flat, block(network, Role.HEAD_WEIGHT)));
    golden.check(name + "_bias" + suffix, part(flat, block(network, Role.HEAD_BIAS)));
  }

  private static ParameterBlock block(Network network, Role role) {
    return network.layout().stream().filter(b -> b.role() == role).findFirst().orElseThrow();
  }
}
