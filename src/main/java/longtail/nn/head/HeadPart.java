package longtail.nn.head;

/**
 * A layer of a head inside the graph.
 *
 * @param name of the vertex: the layer's name in the papers' checkpoints
 * @param input the vertex that it reads, {@link #FEATURES} or another part of the head
 * @param layer the layer
 */
public record HeadPart(String name, String input, HeadLayer layer) {
  /** The vertex whose output is the features. */
  public static final String FEATURES = "features";

  /** The name of a classifier that is the whole head. */
  public static final String CLASSIFIER = "classifier";

  /** A head of one layer. */
  static HeadPart classifier(HeadLayer layer) {
    return new HeadPart(CLASSIFIER, FEATURES, layer);
  }
}
