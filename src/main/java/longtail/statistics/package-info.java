/**
 * What a training run learns about its classes: moments of their features, and the quadratic forms
 * of their covariances. It knows arrays, but neither networks nor losses.
 */
package longtail.statistics;
