package longtail.train.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import longtail.LongTailException;
import longtail.nn.Network;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.head.LinearHead;
import longtail.optim.Span;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

/** A stage trains everything, the head alone, or all but the layers that it names. */
class FreezeTest {
  private static Network network() {
    return Network.create(
        new Architecture(new CifarResnet(14, 4, Shortcut.B), LinearHead.standard(), 5, 8, 8),
        DataType.FLOAT,
        1);
  }

  private static Stage stage(String freeze) {
    return Experiment.parse(
            "name: a\nstages: [{epochs: 1, freeze: %s}]".formatted(freeze), "file", List.of())
        .stages()
        .get(0);
  }

  private static List<String> trained(Freeze freeze, Network network) {
    List<Span> spans = freeze.trainable(network.layout());
    return network.layout().stream()
        .filter(
            block ->
                spans.stream()
                    .anyMatch(
                        span ->
                            span.offset() <= block.offset()
                                && block.offset() + block.length()
                                    <= span.offset() + span.length()))
        .map(ParameterBlock::name)
        .toList();
  }

  @Test
  void layersAndBlocksAreNamedAsInCheckpoints() {
    try (Network network = network()) {
      Freeze freeze =
          stage("{type: layers, names: [conv1, bn1, layer1, layer2, layer3.0]}").freeze();
      freeze.check(network.layout());
      assertThat(trained(freeze, network))
          .contains("layer3.1.conv1.weight", "layer3.1.bn2.bias", "classifier.bias")
          .allMatch(name -> name.startsWith("layer3.1.") || name.startsWith("classifier."))
          .noneMatch(name -> name.contains("running"));
    }
  }

  @Test
  void aNameIsNotTheBeginningOfAnother() {
    Freeze freeze = new Freeze.Layers(List.of("layer1"));
    try (Network network = network()) {
      assertThat(trained(freeze, network))
          .contains("conv1.weight")
          .noneMatch(n -> n.startsWith("layer1."));
      assertThat(trained(new Freeze.Layers(List.of("layer")), network))
          .isEqualTo(trained(new Freeze.None(), network));
    }
  }

  @Test
  void anUnknownLayerIsRefusedWithThoseThatThereAre() {
    try (Network network = network()) {
      assertThatThrownBy(() -> new Freeze.Layers(List.of("layer4")).check(network.layout()))
          .isInstanceOf(LongTailException.class)
          .hasMessageContaining("no layer 'layer4'")
          .hasMessageContaining("[conv1, bn1, layer1, layer2, layer3, classifier]");
    }
  }

  @Test
  void somethingMustBeLeftToTrain() {
    Freeze freeze =
        new Freeze.Layers(List.of("conv1", "bn1", "layer1", "layer2", "layer3", "classifier"));
    try (Network network = network()) {
      assertThatThrownBy(() -> freeze.check(network.layout()))
          .hasMessageContaining("leaves nothing to train");
    }
  }

  @Test
  void theStatisticsOfSingleLayersCannotBeHeld() {
    assertThatThrownBy(() -> stage("{type: layers, names: [conv1]}, frozen-norm: running"))
        .hasMessageContaining("frozen-norm must be batch");
  }
}
