package longtail.method.metasampler;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import longtail.RandomStreams;
import longtail.dataset.ClassCounts;
import longtail.loss.BalancedSoftmax;
import longtail.loss.Loss;
import longtail.method.Batch;
import longtail.method.LearningProblem;
import longtail.nn.FrozenNorm;
import longtail.nn.Network;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.Architecture;
import longtail.nn.head.Head;
import longtail.optim.Span;
import longtail.optim.UpdateRule;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** A small network with three classes, and how it learns. */
record BalancedMetaSoftmaxSetup(
    Head head, Optional<FrozenNorm> frozen, UpdateRule rule, Loss loss) {
  /** Of three classes with a long tail. */
  static final ClassCounts COUNTS = ClassCounts.of(40, 9, 2);

  static BalancedMetaSoftmaxSetup frozen(Head head, FrozenNorm norm, UpdateRule rule) {
    return new BalancedMetaSoftmaxSetup(head, Optional.of(norm), rule, new BalancedSoftmax());
  }

  Network network() {
    Architecture architecture = new Architecture(new CifarResnet(8, 4, Shortcut.A), head, 3, 8, 8);
    Network network = Network.create(architecture, DataType.DOUBLE, 1);
    frozen.ifPresent(network::freezeBackbone);
    return network;
  }

  LearningProblem problem(Network network) {
    List<Span> learnt =
        network.layout().stream()
            .filter(block -> block.trainable() && (frozen.isEmpty() || block.head()))
            .map(block -> new Span(block.offset(), block.length()))
            .toList();
    return new LearningProblem(network, loss.bind(COUNTS), rule, learnt, COUNTS, 1, 17);
  }

  /** A batch of drawn images. */
  static Batch batch(SplittableRandom random, int size) {
    double[] pixels = new double[size * 8 * 8 * 3];
    Arrays.setAll(pixels, i -> RandomStreams.gaussian(random));
    return new Batch(
        Nd4j.createFromArray(pixels).reshape('c', new long[] {size, 8, 8, 3}),
        random.ints(size, 0, 3).toArray(),
        random.ints(size, 0, COUNTS.total()).toArray());
  }
}
