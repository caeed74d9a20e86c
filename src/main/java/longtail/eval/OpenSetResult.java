package longtail.eval;

/**
 * The figures of an {@link OpenSet}, all fractions.
 *
 * @param threshold probability below which an answer was rejected
 * @param samples test images of none of the classes
 * @param fMeasure harmonic mean of the next two
 * @param precision right fraction of the classes that were answered to images of known classes
 * @param recall right classes over right classes plus unknown images that were taken for a class
 * @param unknownAccuracy fraction of the unknown images that were rejected
 * @param knownAccuracy right fraction of the images of known classes; a rejected one is wrong
 */
public record OpenSetResult(
    double threshold,
    int samples,
    double fMeasure,
    double precision,
    double recall,
    double unknownAccuracy,
    double knownAccuracy) {}
