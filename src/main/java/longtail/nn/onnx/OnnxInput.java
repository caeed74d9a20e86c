package longtail.nn.onnx;

import java.util.Optional;
import longtail.dataset.Normalization;
import longtail.nn.graph.ImageSize;

/**
 * What an exported network takes.
 *
 * @param size of the images; empty for any size
 * @param pixels how the graph normalises {@code uint8} images {@code [batch, height, width, 3]}
 *     itself; empty for normalised {@code float32} images {@code [batch, 3, height, width]}
 */
public record OnnxInput(Optional<ImageSize> size, Optional<Normalization> pixels) {}
