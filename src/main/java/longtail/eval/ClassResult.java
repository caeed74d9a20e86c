package longtail.eval;

import longtail.dataset.Shots;

/**
 * The result on one class.
 *
 * @param label the class
 * @param group by number of training images
 * @param training number of training images
 * @param test number of test images
 * @param correct test images that were recognised
 */
public record ClassResult(int label, Shots.Group group, int training, int test, int correct) {

  /** Recognised fraction; NaN for a class without test images. */
  public double accuracy() {
    return (double) correct / test;
  }

  /** Whether the class has test images. */
  public boolean tested() {
    return test > 0;
  }
}
