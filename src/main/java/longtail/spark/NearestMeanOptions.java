package longtail.spark;

import java.util.Optional;
import longtail.eval.NearestClassMean.Mode;
import longtail.eval.NearestClassMean.Similarity;

/**
 * How images are classified by the nearest class mean instead of the model's head.
 *
 * @param mode what is done to features before they are averaged or compared
 * @param similarity how features and class means are compared
 * @param training directory of the prepared training set that the means are of; absent: the one
 *     that the run of the checkpoint names
 */
public record NearestMeanOptions(Mode mode, Similarity similarity, Optional<String> training) {}
