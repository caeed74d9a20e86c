package longtail.image.augment;

import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;
import longtail.image.RgbImage;

/** Two operations of AutoAugment, one after the other, each with its probability. */
public record SubPolicy(Part first, Part second) {
  /**
   * One of the two.
   *
   * @param probability with which it is done, 0 to 1
   * @param operation what is done
   * @param index magnitude index, 0 to 9
   */
  public record Part(double probability, AutoAugmentation operation, int index) {
    private RgbImage apply(
        RgbImage image, DoubleSupplier uniform, IntSupplier sign, List<Integer> fill) {
      if (!(uniform.getAsDouble() < probability)) {
        return image;
      }
      return operation.apply(image, index, operation.signed() ? sign.getAsInt() : 1, fill);
    }
  }

  /**
   * The changed image.
   *
   * @param uniform draws from [0, 1), one for each part
   * @param sign draws of 1 or -1, one for each part that is done and has a sign
   * @param fill red, green and blue of the places that a moved image leaves bare
   */
  public RgbImage apply(
      RgbImage image, DoubleSupplier uniform, IntSupplier sign, List<Integer> fill) {
    return second.apply(first.apply(image, uniform, sign, fill), uniform, sign, fill);
  }
}
