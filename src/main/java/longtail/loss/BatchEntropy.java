package longtail.loss;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How sure a classifier is of a batch, in nats: the difference of the two entropies is the mutual
 * information between image and answer.
 *
 * @param ofMean entropy of the mean prediction, high where all classes are answered
 * @param mean mean entropy of the predictions, low where each answer is certain
 */
public record BatchEntropy(double ofMean, double mean) {

  /** The entropies of the softmax of {@code logits}, {@code [batch, classes]}. */
  public static BatchEntropy of(INDArray logits) {
    double[] row = new double[(int) logits.size(1)];
    double[] logarithms = new double[row.length];
    double[] average = new double[row.length];
    int batch = (int) logits.size(0);
    Rows rows = Rows.of(logits);
    double sum = 0;
    for (int i = 0; i < batch; i++) {
      rows.read(i, row);
      Softmax.logarithms(row, 1, logarithms);
      for (int c = 0; c < row.length; c++) {
        double probability = Math.exp(logarithms[c]);
        average[c] += probability / batch;
        sum -= probability == 0 ? 0 : probability * logarithms[c];
      }
    }
    double ofMean = 0;
    for (double probability : average) {
      ofMean -= probability == 0 ? 0 : probability * Math.log(probability);
    }
    return new BatchEntropy(ofMean, sum / batch);
  }

  /** What an image tells about the answer, not negative but for rounding. */
  public double mutualInformation() {
    return ofMean - mean;
  }
}
