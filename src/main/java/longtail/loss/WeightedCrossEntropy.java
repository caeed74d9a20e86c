package longtail.loss;

import longtail.dataset.ClassCounts;

/**
 * Cross-entropy as a weighted mean: {@code sum_i w_yi l_i / sum_i w_yi} with gradient {@code w_y
 * (softmax(z) - e_y) / sum w}. Only the ratios of the weights matter, and they do nothing in a
 * batch of one class.
 *
 * @param weights what each class weighs
 */
public record WeightedCrossEntropy(ClassWeighting weights) implements Reweighting {

  @Override
  public LossFunction bind(ClassCounts counts) {
    return new SamplewiseLoss(
        Weighing.weightedMean(weights.weights(counts)), Softmax::crossEntropy);
  }

  @Override
  public Loss early() {
    return new CrossEntropy();
  }
}
