package longtail.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import longtail.Bits;
import longtail.LongTailException;
import longtail.config.Yaml;
import longtail.nn.backbone.Backbone;
import longtail.nn.backbone.Bilateral;
import longtail.nn.backbone.Resnet;
import longtail.nn.backbone.Stages;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.MixingPlace;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.graph.ResidualGraph;
import longtail.nn.head.Head;
import longtail.nn.head.MetaEmbeddingHead;
import longtail.nn.kernel.KernelMemory;
import longtail.nn.kernel.LoopbackMemory;
import longtail.nn.kernel.LoopbackProvider;
import longtail.nn.layer.BatchMixing;
import longtail.nn.layer.Branch;
import longtail.nn.layer.Mode;
import longtail.optim.Adam;
import longtail.optim.Optimizer;
import longtail.optim.Sgd;
import longtail.optim.Span;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Networks whose arrays nobody but the kernels can read give the same bits as those on the host:
 * nothing outside of the boundary of memory touches them.
 */
class LoopbackNetworkTest {
  private static final int CLASSES = 4;
  private static final int WIDEST = 4;

  /** A backbone and a head as in an experiment file. */
  record Parts(Backbone backbone, Head head) {}

  private static final List<String> BACKBONES =
      List.of(
          "{type: resnet32, width: 4}",
          "{type: cifar-resnet, depth: 8, width: 4, shortcut: b}",
          "{type: resnet, depth: 10}",
          "{type: resnet, depth: 50, output-stride: 8, attention: modulated, projection: 6}",
          "{type: resnext, depth: 50}",
          "{type: small-image-resnet, depth: 18}",
          "{type: bilateral, trunk: {type: cifar-resnet, depth: 8, width: 4}}");

  private static final List<String> HEADS =
      List.of(
          "linear",
          "normalized",
          "cosine",
          "tau-normalized",
          "lws",
          "{type: glmc, embedding: 5}",
          "meta-embedding");

  static Stream<Parts> backbones() {
    return BACKBONES.stream().map(backbone -> parts(backbone, "linear"));
  }

  static Stream<Parts> heads() {
    return HEADS.stream().map(head -> parts("{type: cifar-resnet, depth: 8, width: 4}", head));
  }

  static Stream<Parts> networks() {
    return Stream.concat(backbones(), heads());
  }

  private static Parts parts(String backbone, String head) {
    String yaml = "{backbone: %s, head: %s}".formatted(backbone, head);
    return Yaml.read(yaml, "test", Parts.class);
  }

  @AfterEach
  void everythingIsFreed() {
    assertThat(LoopbackMemory.INSTANCE.arrays()).isZero();
  }

  @Test
  void everyBackboneAndEveryHeadIsCovered() {
    assertThat(networks().<Object>map(parts -> parts.backbone().getClass()))
        .contains((Object[]) Backbone.class.getPermittedSubclasses());
    assertThat(networks().<Object>map(parts -> parts.head().getClass()))
        .contains((Object[]) Head.class.getPermittedSubclasses());
  }

  @ParameterizedTest
  @MethodSource("networks")
  void float32(Parts parts) {
    assertSame(() -> run(parts, DataType.FLOAT, DataType.FLOAT));
  }

  @ParameterizedTest
  @MethodSource("heads")
  void float64(Parts parts) {
    assertSame(() -> run(parts, DataType.DOUBLE, DataType.DOUBLE));
  }

  @ParameterizedTest
  @MethodSource("backbones")
  void bfloat16(Parts parts) {
    try (Network network = network(parts, DataType.FLOAT)) {
      network.keepMapsIn(DataType.BFLOAT16);
    } catch (LongTailException e) {
      assumeThat(e).describedAs("a processor for bfloat16").isNull();
    }
    assertSame(() -> run(parts, DataType.FLOAT, DataType.BFLOAT16));
  }

  @ParameterizedTest
  @EnumSource(MixingPlace.class)
  void mixedSamples(MixingPlace place) {
    Parts parts = parts("{type: resnet, depth: 10}", "linear");
    BatchMixing map = new BatchMixing(new int[] {2, 0, 1}, 0.3);
    assertSame(
        () -> {
          try (Network network = network(parts, DataType.FLOAT)) {
            Map<String, double[]> found = new TreeMap<>();
            Activations out =
                network.forward(
                    images(1, 3, DataType.FLOAT), Mode.TRAIN, Optional.of(new Mixing(place, map)));
            put(found, "mixed", out);
            network.backward(out.logits().dup());
            put(found, network);
            return found;
          }
        });
  }

  private static void assertSame(Supplier<Map<String, double[]>> run) {
    Map<String, double[]> host = run.get();
    Map<String, double[]> loopback = LoopbackProvider.using(run);
    assertThat(loopback.keySet()).isEqualTo(host.keySet());
    host.forEach(
        (name, numbers) -> {
          assertThat(loopback.get(name)).describedAs(name).isEqualTo(numbers);
          assertThat(Arrays.stream(numbers).allMatch(Double::isFinite)).describedAs(name).isTrue();
        });
  }

  /** The network with few blocks and channels, which compute as many and wide ones do. */
  private static Network network(Parts parts, DataType type) {
    Stages stages = parts.backbone().stages();
    List<Stages.Stage> narrow = new ArrayList<>();
    for (Stages.Stage stage : stages.stages()) {
      int factor = stages.stages().get(0).width() / WIDEST;
      narrow.add(
          new Stages.Stage(
              Math.min(2, stage.blocks()),
              stage.width() / factor,
              stage.stride(),
              stage.inner() / factor,
              stage.firstDilation(),
              stage.dilation(),
              Math.min(2, stage.groups())));
    }
    Stages small =
        new Stages(
            stages.stem(),
            stages.block(),
            narrow,
            stages.shortcut(),
            stages.weights(),
            stages.attention(),
            stages.projection(),
            stages.ends());
    int size = size(parts);
    Architecture rest = new Architecture(Resnet.ofDepth(50), parts.head(), CLASSES, size, size);
    return Network.of(ResidualGraph.build(small, rest, type, 3));
  }

  private static int size(Parts parts) {
    return parts.backbone().stages().stem() == Stages.Stem.LARGE ? 32 : 8;
  }

  private static INDArray images(long seed, int batch, DataType type) {
    return TestNetworks.images(seed, type, batch, 32);
  }

  /** All that a network does, in the order in which it may. */
  private static Map<String, double[]> run(Parts parts, DataType type, DataType maps) {
    Map<String, double[]> found = new TreeMap<>();
    try (Network network = network(parts, type)) {
      if (maps != type) {
        network.keepMapsIn(maps);
      }
      int size = size(parts);
      INDArray first = TestNetworks.images(1, type, 3, size);
      INDArray second = TestNetworks.images(2, type, 2, size);
      evaluate(found, "fresh", network, first);
      train(found, network, first, new Sgd(0.1, 0.9, true, 5e-4));
      train(found, network, second, new Adam(0.01, 0.9, 0.999, 1e-8, 1e-3));
      if (maps == type && !(parts.head() instanceof MetaEmbeddingHead)) {
        tangent(found, network, first);
      }
      twinsAndViews(found, network, first, second);
      branches(found, parts, network, first);
      dropped(found, network, first);
      evaluate(found, "trained", network, second);
      network.normalize(InferenceForm.SEPARATE);
      evaluate(found, "separate", network, second);
      frozen(found, network, first);
      network.reinitializeHead(9);
      put(found, network);
      saved(found, network, first);
    }
    return found;
  }

  private static void train(
      Map<String, double[]> found, Network network, INDArray images, Optimizer optimizer) {
    KernelMemory memory = network.memory();
    String name = optimizer.getClass().getSimpleName();
    INDArray state =
        memory.allocate(network.type(), optimizer.stateLength(network.parameters().length()));
    memory.fill(state, 0);
    List<Span> trainable =
        network.layout().stream()
            .filter(ParameterBlock::trainable)
            .map(block -> new Span(block.offset(), block.length()))
            .toList();
    RunningStatistics statistics = RunningStatistics.of(network);
    for (int step = 0; step < 2; step++) {
      statistics.beforePass();
      Activations out = network.forward(images, Mode.TRAIN);
      statistics.afterPass();
      put(found, name + step, out);
      Map<String, INDArray> auxiliary = new TreeMap<>();
      out.auxiliary().forEach((of, values) -> auxiliary.put(of, values.dup()));
      network.backward(out.features().mul(0.1), out.logits().dup(), auxiliary);
      found.put(name + step + " images", Bits.of(network.imageGradient()));
      optimizer.step(
          memory, network.parameters(), network.gradients(), state, 0.01, trainable, step);
      statistics.repeat();
    }
    put(found, network);
    found.put(name + " state", Bits.of(memory.host(state)));
    memory.free(state);
  }

  private static void tangent(Map<String, double[]> found, Network network, INDArray images) {
    KernelMemory memory = network.memory();
    Activations out = network.forward(images, Mode.BATCH_STATISTICS);
    network.backward(out.logits().dup());
    INDArray direction = memory.allocate(network.type(), network.parameters().length());
    memory.copy(network.gradients(), direction);
    network.forward(images, Mode.BATCH_STATISTICS);
    Tangent tangent = network.tangent(direction);
    found.put("tangent of features", Bits.of(tangent.features()));
    found.put("tangent of logits", Bits.of(tangent.logits()));
    memory.free(direction);
  }

  private static void twinsAndViews(
      Map<String, double[]> found, Network network, INDArray first, INDArray second) {
    try (Network view = network.view()) {
      Activations one = network.forward(first, Mode.TRAIN);
      Activations two = view.forward(second, Mode.TRAIN);
      network.backward(one.logits().dup());
      view.backward(two.logits().dup());
      found.put("gradients of views", Bits.of(network.memory().host(network.gradients())));
      try (Network twin = view.twin()) {
        put(found, "twin", twin.forward(second, Mode.RUNNING_STATISTICS));
      }
    }
  }

  private static void branches(
      Map<String, double[]> found, Parts parts, Network network, INDArray images) {
    if (parts.backbone() instanceof Bilateral) {
      for (Branch branch : Branch.values()) {
        Activations out = network.forward(images, Mode.TRAIN, branch);
        put(found, branch.name(), out);
        network.backward(out.logits().dup());
        put(found, network);
      }
    }
  }

  private static void dropped(Map<String, double[]> found, Network network, INDArray images) {
    network.dropFeatures(0.5);
    network.drawDropout(4);
    Activations out = network.forward(images, Mode.TRAIN);
    put(found, "dropped", out);
    network.backward(out.logits().dup());
    put(found, network);
  }

  private static void evaluate(
      Map<String, double[]> found, String name, Network network, INDArray images) {
    put(found, name, network.forward(images, Mode.EVAL));
    try {
      found.put(name + " map", Bits.of(network.featureMap()));
    } catch (LongTailException e) {
      assertThat(e).hasMessageContaining("not the mean of a feature map");
    }
  }

  private static void frozen(Map<String, double[]> found, Network network, INDArray images) {
    for (FrozenNorm norm : FrozenNorm.values()) {
      network.freezeBackbone(norm);
      Activations out = network.forward(images, Mode.TRAIN);
      put(found, "frozen " + norm, out);
      network.backward(out.logits().dup());
      put(found, network);
    }
    network.unfreeze();
  }

  private static void saved(Map<String, double[]> found, Network network, INDArray images) {
    try {
      ByteArrayOutputStream zip = new ByteArrayOutputStream();
      network.save(zip);
      try (Network read = Network.load(new ByteArrayInputStream(zip.toByteArray()))) {
        put(found, "read", read.forward(images, Mode.EVAL));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void put(Map<String, double[]> found, String name, Activations out) {
    found.put(name + " features", Bits.of(out.features()));
    found.put(name + " logits", Bits.of(out.logits()));
    out.auxiliary().forEach((of, values) -> found.put(name + " " + of, Bits.of(values)));
  }

  private static void put(Map<String, double[]> found, Network network) {
    int number = found.size();
    found.put(number + " parameters", Bits.of(network.memory().host(network.parameters())));
    found.put(number + " gradients", Bits.of(network.memory().host(network.gradients())));
  }
}
