package longtail.nn.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * First two moments of a feature map.
 *
 * @param mean mean per channel, {@code [channels]}
 * @param variance biased variance per channel, {@code [channels]}
 */
public record Moments(INDArray mean, INDArray variance) {}
