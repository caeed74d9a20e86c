package longtail.nn.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Scale and shift of a normalisation, or their gradients.
 *
 * @param scale factor per channel, {@code [channels]}
 * @param shift addend per channel, {@code [channels]}
 */
public record ScaleAndShift(INDArray scale, INDArray shift) {}
