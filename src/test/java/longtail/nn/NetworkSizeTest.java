package longtail.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import java.util.stream.Stream;
import longtail.LongTailException;
import longtail.nn.backbone.Backbone;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Resnet;
import longtail.nn.backbone.Resnet32;
import longtail.nn.backbone.Resnext;
import longtail.nn.backbone.Shortcut;
import longtail.nn.backbone.SmallImageResnet;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.graph.Program;
import longtail.nn.graph.ResidualGraph;
import longtail.nn.head.LinearHead;
import longtail.nn.kernel.MapShape;
import longtail.nn.layer.Mode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;

/** What a network is said to need before it is built, against one that is. */
class NetworkSizeTest {
  static Stream<Architecture> architectures() {
    return Stream.of(
        of(Resnet32.standard(), 32),
        of(new CifarResnet(8, 4, Shortcut.B), 8),
        of(SmallImageResnet.ofDepth(18), 32),
        of(Resnet.ofDepth(10), 64),
        of(Resnet.ofDepth(50), 64),
        of(Resnext.ofDepth(50), 64));
  }

  private static Architecture of(Backbone backbone, int size) {
    return new Architecture(backbone, LinearHead.standard(), 10, size, size);
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void theParametersAreThoseThatItHas(Architecture architecture) {
    double has = architecture.layout().stream().mapToLong(ParameterBlock::length).sum();
    assertThat(architecture.leastParameters()).isBetween(has * 0.98, has);
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void theMapsAreNoMoreThanATrainingPassTakesAndNotMuchLess(Architecture architecture) {
    Program program = Program.of(ResidualGraph.build(architecture, DataType.FLOAT, 1));
    PassKey key =
        new PassKey(
            MapShape.of(4, architecture.height(), architecture.width(), 3),
            Mode.TRAIN,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            PassKey.Retention.UNTIL_BACKWARD);
    double images = 3.0 * architecture.height() * architecture.width();
    for (Recomputation which : Recomputation.values()) {
      PassPlan plan =
          new PassPlan(program, key, new ElementTypes(DataType.FLOAT, DataType.FLOAT), which);
      double taken = plan.memoryLength() / 4.0 + images;
      double least =
          which == Recomputation.BLOCKS
              ? architecture.leastBlockInputs()
              : architecture.leastMaps();
      assertThat(least).as("%s", which).isBetween(taken / 6, taken);
    }
  }

  @Test
  void whatNoMemoryHoldsIsRefusedBeforeItIsBuilt() {
    assertThatThrownBy(
            () ->
                Network.create(
                    of(new CifarResnet(2_000_000, 64, Shortcut.A), 32), DataType.FLOAT, 1))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("does not fit into");
    assertThatThrownBy(() -> new CifarResnet(8, 2_147_483_644, Shortcut.A))
        .hasMessageContaining("width must be at most 65536");
  }
}
