package longtail.image.augment;

import java.util.List;
import java.util.SplittableRandom;
import longtail.config.Default;
import longtail.image.RgbImage;
import longtail.image.augment.geometry.Fill;

/**
 * One of the 25 sub-policies that were found for a dataset, chosen by chance (Cubuk et al., 2019).
 *
 * @param policy the dataset
 * @param fill red, green and blue of the places that a moved image leaves bare
 */
public record AutoAugment(
    @Default("cifar10") AutoAugmentPolicy policy, @Default("[128, 128, 128]") List<Integer> fill)
    implements Transform {
  private static final long serialVersionUID = 1L;

  /** Checks the colour. */
  public AutoAugment {
    fill = Fill.require(fill);
  }

  @Override
  public RgbImage apply(RgbImage image, SplittableRandom random) {
    List<SubPolicy> choices = policy.subPolicies();
    return choices
        .get(random.nextInt(choices.size()))
        .apply(image, random::nextDouble, () -> random.nextBoolean() ? 1 : -1, fill);
  }
}
