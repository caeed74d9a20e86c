package longtail.nn.graph;

import longtail.nn.backbone.Shortcut;
import longtail.nn.backbone.Stages;
import longtail.nn.backbone.Stages.Stage;

/**
 * How large a network would be, reckoned from its table of stages without building a layer; as
 * floating point, for tables may ask for anything.
 *
 * @param parameters numbers of all layers, running statistics included
 * @param maps numbers of the inputs of all convolutions for one image, which a backward pass needs
 * @param blockInputs those of the images and of the blocks among them
 */
record NetworkSize(double parameters, double maps, double blockInputs) {
  private static final double PER_NORMALIZED_CHANNEL = 4;

  static NetworkSize of(Architecture architecture) {
    Stages stages = architecture.backbone().stages();
    boolean large = stages.stem() == Stages.Stem.LARGE;
    double height = architecture.height();
    double width = architecture.width();
    double inner = 0;
    double blockInputs = 3 * height * width;
    double channels = stages.stemWidth();
    double parameters = (large ? 49 : 9) * 3 * channels + PER_NORMALIZED_CHANNEL * channels;
    if (large) {
      height = Math.ceil(Math.ceil(height / 2) / 2);
      width = Math.ceil(Math.ceil(width / 2) / 2);
    }
    for (Stage stage : stages.stages()) {
      NetworkSize first = block(stages, stage, channels);
      blockInputs += channels * height * width;
      height = Math.ceil(height / stage.stride());
      width = Math.ceil(width / stage.stride());
      channels = stages.outputs(stage);
      NetworkSize further = block(stages, stage, channels);
      double others = stage.blocks() - 1.0;
      parameters += first.parameters + others * further.parameters;
      inner += height * width * (first.maps + others * further.maps);
      blockInputs += height * width * others * channels;
    }
    double classifier = (double) stages.features() * architecture.classes();
    double projection = (double) stages.projection() * stages.channels();
    return new NetworkSize(parameters + projection + classifier, blockInputs + inner, blockInputs);
  }

  /** A block behind {@code in} channels; its maps by position, without its input. */
  private static NetworkSize block(Stages stages, Stage stage, double in) {
    double out = stages.outputs(stage);
    double inner = stage.inner();
    double weights =
        switch (stages.block()) {
          case BASIC -> 9 * (in * out + out * out) + 2 * PER_NORMALIZED_CHANNEL * out;
          case BOTTLENECK ->
              in * inner
                  + 9 * inner * inner / stage.groups()
                  + inner * out
                  + PER_NORMALIZED_CHANNEL * (2 * inner + out);
        };
    if (in != out && stages.shortcut() == Shortcut.B) {
      weights += in * out + PER_NORMALIZED_CHANNEL * out;
    }
    double maps = stages.block() == Stages.Block.BASIC ? out : 2 * inner;
    return new NetworkSize(weights, maps, 0);
  }
}
