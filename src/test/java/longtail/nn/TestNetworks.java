package longtail.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import longtail.RandomStreams;
import longtail.nn.backbone.Backbone;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Resnet;
import longtail.nn.backbone.Shortcut;
import longtail.nn.backbone.Stages;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.graph.ResidualGraph;
import longtail.nn.head.LinearHead;
import longtail.nn.layer.Role;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** What tests of networks share: small networks and random arrays. */
public final class TestNetworks {
  public static final int CLASSES = 5;

  /** Height and width of the images of {@link #small}. */
  private static final int SMALL = 8;

  private TestNetworks() {}

  public static Network small(DataType type) {
    return Network.create(architecture(Shortcut.A), type, 3);
  }

  /** That of {@link #small}, with other shortcuts. */
  public static Architecture architecture(Shortcut shortcut) {
    return new Architecture(
        new CifarResnet(8, 4, shortcut), LinearHead.standard(), CLASSES, SMALL, SMALL);
  }

  public static Network create(Backbone backbone, int size, DataType type) {
    return Network.create(
        new Architecture(backbone, LinearHead.standard(), CLASSES, size, size), type, 3);
  }

  public static Network create(Stages stages, int size, DataType type) {
    Architecture rest =
        new Architecture(Resnet.ofDepth(50), LinearHead.standard(), CLASSES, size, size);
    return Network.of(ResidualGraph.build(stages, rest, type, 3));
  }

  public static INDArray normal(long seed, DataType type, long... shape) {
    SplittableRandom random = RandomStreams.of(seed);
    INDArray array = Nd4j.create(DataType.DOUBLE, shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, RandomStreams.gaussian(random));
    }
    return array.castTo(type);
  }

  public static INDArray images(long seed, DataType type, long batch, int size) {
    return normal(seed, type, batch, size, size, 3);
  }

  /** Images for {@link #small}, others for each size of the batch. */
  public static INDArray images(DataType type, long batch) {
    return images(batch, type, batch, SMALL);
  }

  /** Rectifiers exactly at their kink would have no derivative. */
  public static void moveOffZero(Network network) {
    for (ParameterBlock block : network.layout()) {
      if (block.role() == Role.NORM_SHIFT || block.role() == Role.RUNNING_MEAN) {
        part(network.parameters(), block)
            .assign(normal(block.offset(), network.type(), block.shape()).muli(0.1));
      }
    }
  }

  public static INDArray part(INDArray flat, ParameterBlock block) {
    return flat.get(NDArrayIndex.interval(block.offset(), block.offset() + block.length()))
        .reshape('c', block.shape());
  }

  public static ParameterBlock block(Network network, String name) {
    return network.layout().stream().filter(b -> b.name().equals(name)).findFirst().orElseThrow();
  }

  /** The same but for roundings of float32. */
  public static void assertClose(INDArray single, INDArray exact) {
    assertThat(distance(single, exact)).isLessThan(1e-4);
  }

  /** Largest difference relative to the largest value. */
  public static double distance(INDArray actual, INDArray expected) {
    INDArray exact = expected.castTo(DataType.DOUBLE);
    double scale = 1 + exact.amaxNumber().doubleValue();
    return actual.castTo(DataType.DOUBLE).sub(exact).amaxNumber().doubleValue() / scale;
  }
}
