package longtail.nn.graph;

import java.util.List;
import longtail.nn.backbone.Backbone;
import longtail.nn.head.Head;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * What a network is made of.
 *
 * @param backbone feature extractor
 * @param head classifier
 * @param classes number of classes
 * @param height image height in pixels
 * @param width image width in pixels
 */
public record Architecture(Backbone backbone, Head head, int classes, int height, int width) {
  /** Checks that the extents are positive. */
  public Architecture {
    if (classes < 1 || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "classes, height and width must be positive, were %d, %d, %d"
              .formatted(classes, height, width));
    }
  }

  /**
   * Number of its parameters and running statistics, without those that a head has beside its
   * classifier, told without building anything.
   */
  public double leastParameters() {
    return NetworkSize.of(this).parameters();
  }

  /** Numbers of the feature maps of one image that a backward pass needs, at least. */
  public double leastMaps() {
    return NetworkSize.of(this).maps();
  }

  /** Numbers of the images and of the blocks' inputs among them. */
  public double leastBlockInputs() {
    return NetworkSize.of(this).blockInputs();
  }

  /** What {@code Network.layout()} of such a network says, without the memory of a network. */
  public List<ParameterBlock> layout() {
    return Program.layout(
        new ComputationGraph(ResidualGraph.configuration(this, DataType.FLOAT, 0)));
  }
}
