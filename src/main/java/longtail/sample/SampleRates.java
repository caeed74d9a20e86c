package longtail.sample;

import java.util.Arrays;
import java.util.List;
import longtail.dataset.ClassCounts;

/**
 * The rate of each class in the Meta Sampler of Balanced Meta-Softmax (Ren et al., "Balanced
 * Meta-Softmax for Long-Tailed Visual Recognition", 2020): an image of class {@code c} is drawn in
 * proportion to {@code sigmoid(w_c)}, so the class in proportion to {@code n_c sigmoid(w_c)}. The
 * parameters {@code w} are what is learnt.
 */
public final class SampleRates {
  private final double[] parameters;

  private SampleRates(double[] parameters) {
    this.parameters = parameters;
  }

  /** Rates with {@code parameters} {@code w}, {@code [classes]}. */
  public static SampleRates of(double... parameters) {
    return new SampleRates(parameters.clone());
  }

  /**
   * Where learning begins: rates in proportion to {@code n_c^-power}, scaled so that the smallest
   * and the largest add up to 1. With power 0 every rate is one half, which is instance sampling; a
   * larger one favours rare classes. A class without images has the rate one half.
   */
  public static SampleRates initial(ClassCounts counts, double power) {
    double[] rates = new double[counts.classes()];
    double smallest = Double.POSITIVE_INFINITY;
    double largest = 0;
    for (int c = 0; c < rates.length; c++) {
      if (counts.count(c) > 0) {
        rates[c] = Math.pow((double) counts.count(c) / counts.total(), -power);
        smallest = Math.min(smallest, rates[c]);
        largest = Math.max(largest, rates[c]);
      }
    }
    double scale = 1 / (smallest + largest);
    double[] parameters = new double[rates.length];
    Arrays.setAll(parameters, c -> counts.count(c) > 0 ? logit(scale * rates[c]) : 0);
    return new SampleRates(parameters);
  }

  private static double logit(double rate) {
    return Math.log(rate) - Math.log1p(-rate);
  }

  /** The parameters {@code w}, {@code [classes]}, a copy. */
  public double[] parameters() {
    return parameters.clone();
  }

  /** Number of classes. */
  public int classes() {
    return parameters.length;
  }

  /** {@code sigmoid(w_c)}, the rate of an image of class {@code label}. */
  public double rate(int label) {
    return 1 / (1 + Math.exp(-parameters[label]));
  }

  /** The rates of all classes, {@code [classes]}. */
  public double[] rates() {
    double[] rates = new double[parameters.length];
    Arrays.setAll(rates, this::rate);
    return rates;
  }

  /** Probability of each class at a draw, {@code [classes]}: in proportion to images times rate. */
  public double[] classProbabilities(ClassCounts counts) {
    double[] probabilities = new double[parameters.length];
    double sum = 0;
    for (int c = 0; c < probabilities.length; c++) {
      probabilities[c] = counts.count(c) * rate(c);
      sum += probabilities[c];
    }
    for (int c = 0; c < probabilities.length; c++) {
      probabilities[c] /= sum;
    }
    return probabilities;
  }

  /**
   * The gradient with respect to the parameters of a function of the straight-through weights
   * {@code s_b} of draws that were made with these rates.
   *
   * <p>{@code s_b} is 1 in value; only the drawn image passes its gradient, through its share
   * {@code pi} of the softmax over all images: {@code dL/dw_c = (1 - sigmoid(w_c)) sum_b dL/ds_b
   * pi_b (1[y_b = c] - Pi_bc)} with {@code Pi_bc} the share of all images of class {@code c}.
   *
   * @param draws one for each place of the batch
   * @param atWeights {@code dL/ds_b} of each
   */
  public double[] gradient(List<SoftDraw> draws, double... atWeights) {
    double[] gradient = new double[parameters.length];
    for (int b = 0; b < atWeights.length; b++) {
      SoftDraw draw = draws.get(b);
      double passed = atWeights[b] * draw.share();
      for (int c = 0; c < gradient.length; c++) {
        gradient[c] -= passed * draw.classShares()[c];
      }
      gradient[draw.label()] += passed;
    }
    for (int c = 0; c < gradient.length; c++) {
      gradient[c] *= 1 - rate(c);
    }
    return gradient;
  }
}
