package longtail.image.augment;

import java.util.List;
import java.util.Locale;

/** The policies of AutoAugment: 25 pairs of operations for each dataset. */
public enum AutoAugmentPolicy {
  /** Found for CIFAR-10. */
  CIFAR10(
      """
      0.1 invert 7, 0.2 contrast 6
      0.7 rotate 2, 0.3 translate-x 9
      0.8 sharpness 1, 0.9 sharpness 3
      0.5 shear-y 8, 0.7 translate-y 9
      0.5 autocontrast 8, 0.9 equalize 2
      0.2 shear-y 7, 0.3 posterize 7
      0.4 color 3, 0.6 brightness 7
      0.3 sharpness 9, 0.7 brightness 9
      0.6 equalize 5, 0.5 equalize 1
      0.6 contrast 7, 0.6 sharpness 5
      0.7 color 7, 0.5 translate-x 8
      0.3 equalize 7, 0.4 autocontrast 8
      0.4 translate-y 3, 0.2 sharpness 6
      0.9 brightness 6, 0.2 color 8
      0.5 solarize 2, 0 invert 3
      0.2 equalize 0, 0.6 autocontrast 0
      0.2 equalize 8, 0.6 equalize 4
      0.9 color 9, 0.6 equalize 6
      0.8 autocontrast 4, 0.2 solarize 8
      0.1 brightness 3, 0.7 color 0
      0.4 solarize 5, 0.9 autocontrast 3
      0.9 translate-y 9, 0.7 translate-y 9
      0.9 autocontrast 2, 0.8 solarize 3
      0.8 equalize 8, 0.1 invert 3
      0.7 translate-y 9, 0.9 autocontrast 1
      """),
  /** Found for ImageNet. */
  IMAGENET(
      """
      0.4 posterize 8, 0.6 rotate 9
      0.6 solarize 5, 0.6 autocontrast 5
      0.8 equalize 8, 0.6 equalize 3
      0.6 posterize 7, 0.6 posterize 6
      0.4 equalize 7, 0.2 solarize 4
      0.4 equalize 4, 0.8 rotate 8
      0.6 solarize 3, 0.6 equalize 7
      0.8 posterize 5, 1 equalize 2
      0.2 rotate 3, 0.6 solarize 8
      0.6 equalize 8, 0.4 posterize 6
      0.8 rotate 8, 0.4 color 0
      0.4 rotate 9, 0.6 equalize 2
      0 equalize 7, 0.8 equalize 8
      0.6 invert 4, 1 equalize 8
      0.6 color 4, 1 contrast 8
      0.8 rotate 8, 1 color 2
      0.8 color 8, 0.8 solarize 7
      0.4 sharpness 7, 0.6 invert 8
      0.6 shear-x 5, 1 equalize 9
      0.4 color 0, 0.6 equalize 3
      0.4 equalize 7, 0.2 solarize 4
      0.6 solarize 5, 0.6 autocontrast 5
      0.6 invert 4, 1 equalize 8
      0.6 color 4, 1 contrast 8
      0.8 equalize 8, 0.6 equalize 3
      """),
  /** Found for the house numbers of SVHN. */
  SVHN(
      """
      0.9 shear-x 4, 0.2 invert 3
      0.9 shear-y 8, 0.7 invert 5
      0.6 equalize 5, 0.6 solarize 6
      0.9 invert 3, 0.6 equalize 3
      0.6 equalize 1, 0.9 rotate 3
      0.9 shear-x 4, 0.8 autocontrast 3
      0.9 shear-y 8, 0.4 invert 5
      0.9 shear-y 5, 0.2 solarize 6
      0.9 invert 6, 0.8 autocontrast 1
      0.6 equalize 3, 0.9 rotate 3
      0.9 shear-x 4, 0.3 solarize 3
      0.8 shear-y 8, 0.7 invert 4
      0.9 equalize 5, 0.6 translate-y 6
      0.9 invert 4, 0.6 equalize 7
      0.3 contrast 3, 0.8 rotate 4
      0.8 invert 5, 0 translate-y 2
      0.7 shear-y 6, 0.4 solarize 8
      0.6 invert 4, 0.8 rotate 4
      0.3 shear-y 7, 0.9 translate-x 3
      0.1 shear-x 6, 0.6 invert 5
      0.7 solarize 2, 0.6 translate-y 7
      0.8 shear-y 4, 0.8 invert 8
      0.7 shear-x 9, 0.8 translate-y 3
      0.8 shear-y 5, 0.7 autocontrast 3
      0.7 shear-x 2, 0.1 invert 5
      """);

  @SuppressWarnings("ImmutableEnumChecker") // an unmodifiable list of records
  private final List<SubPolicy> subPolicies;

  AutoAugmentPolicy(String table) {
    this.subPolicies = table.lines().map(AutoAugmentPolicy::subPolicy).toList();
  }

  /** The sub-policies, each as likely as the other. */
  public List<SubPolicy> subPolicies() {
    return subPolicies;
  }

  /** Reads {@code probability operation index, probability operation index}. */
  private static SubPolicy subPolicy(String line) {
    int comma = line.indexOf(',');
    return new SubPolicy(part(line.substring(0, comma)), part(line.substring(comma + 1)));
  }

  private static SubPolicy.Part part(String text) {
    String[] words = text.strip().split(" ", -1);
    String operation = words[1].replace('-', '_').toUpperCase(Locale.ROOT);
    return new SubPolicy.Part(
        Double.parseDouble(words[0]),
        AutoAugmentation.valueOf(operation),
        Integer.parseInt(words[2]));
  }
}
