package longtail.sample;

/**
 * A draw over all images by Gumbel noise, as the Meta Sampler defines it: the image with the
 * largest {@code log sigmoid(w_y) + g} is drawn, and the softmax of these scores is what its
 * gradient passes through. It takes a noise for each image; {@link ClassFirstDraw} has the same
 * distribution and does not.
 */
public final class GumbelDraw {
  private final int row;
  private final double[] shares;
  private final SoftDraw draw;

  private GumbelDraw(int row, double[] shares, SoftDraw draw) {
    this.row = row;
    this.shares = shares;
    this.draw = draw;
  }

  /**
   * The draw from images of classes {@code labels} by the standard Gumbel {@code noise} of each.
   */
  public static GumbelDraw of(SampleRates rates, int[] labels, double... noise) {
    double[] scores = new double[labels.length];
    int row = 0;
    for (int i = 0; i < scores.length; i++) {
      scores[i] = Math.log(rates.rate(labels[i])) + noise[i];
      row = scores[i] > scores[row] ? i : row;
    }
    double largest = scores[row];
    double sum = 0;
    for (int i = 0; i < scores.length; i++) {
      scores[i] = Math.exp(scores[i] - largest);
      sum += scores[i];
    }
    double[] classShares = new double[rates.classes()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] /= sum;
      classShares[labels[i]] += scores[i];
    }
    return new GumbelDraw(row, scores, new SoftDraw(labels[row], scores[row], classShares));
  }

  /** The drawn image. */
  public int row() {
    return row;
  }

  /** The share of each image of the softmax, {@code [rows]}; a copy. */
  public double[] shares() {
    return shares.clone();
  }

  /** What the gradient needs of it. */
  public SoftDraw draw() {
    return draw;
  }
}
