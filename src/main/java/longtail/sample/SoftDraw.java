package longtail.sample;

/**
 * One draw of the Meta Sampler with what its gradient needs of the Gumbel-softmax over all images.
 *
 * @param label class of the drawn image
 * @param share the drawn image's share of the softmax
 * @param classShares share of all images of each class together, {@code [classes]}; sums to 1
 */
@SuppressWarnings("ArrayRecordComponent") // one per image and step; nobody compares or keeps it
public record SoftDraw(int label, double share, double[] classShares) {}
