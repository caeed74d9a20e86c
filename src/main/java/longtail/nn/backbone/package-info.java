/**
 * Backbones as an experiment file names them, and each one as a table of stages of residual blocks.
 * Pure data: builds nothing, and knows neither Deeplearning4j nor a head.
 */
package longtail.nn.backbone;
