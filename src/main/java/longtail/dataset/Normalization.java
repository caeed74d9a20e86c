package longtail.dataset;

import java.io.Serializable;
import java.util.Arrays;
import longtail.config.Named;
import longtail.config.Yaml;

/**
 * Per-channel standardisation of pixels scaled to [0, 1]: {@code (x / 255 - mean) / std}.
 *
 * @param mean mean of the red, green and blue channel, {@code [3]}
 * @param std standard deviation of the channels, {@code [3]}, positive
 */
public record Normalization(double[] mean, double[] std) implements Serializable {

  /** Checks lengths and signs and keeps copies. */
  public Normalization {
    if (mean.length != 3 || std.length != 3) {
      throw new IllegalArgumentException(
          "must have 3 means and 3 deviations (red, green, blue), had "
              + mean.length
              + " and "
              + std.length);
    }
    for (double s : std) {
      if (!(s > 0)) {
        throw new IllegalArgumentException("std must be positive, was " + Arrays.toString(std));
      }
    }
    mean = mean.clone();
    std = std.clone();
  }

  /** The statistics of ImageNet that most published code uses. */
  @Named
  public static Normalization imagenet() {
    return of(0.485, 0.456, 0.406, 0.229, 0.224, 0.225);
  }

  /** What most published code uses on CIFAR-10 and CIFAR-100. */
  @Named
  public static Normalization cifar() {
    return of(0.4914, 0.4822, 0.4465, 0.2023, 0.1994, 0.2010);
  }

  /** The statistics of the training images of CIFAR-10, as the code of GLMC has them. */
  @Named
  public static Normalization cifar10() {
    return of(0.49139968, 0.48215827, 0.44653124, 0.24703233, 0.24348505, 0.26158768);
  }

  /** What the code of MetaSAug uses on CIFAR-10 and CIFAR-100. */
  @Named
  public static Normalization cifarMetasaug() {
    return of(125.3 / 255, 123.0 / 255, 113.9 / 255, 63.0 / 255, 62.1 / 255, 66.7 / 255);
  }

  /** What published code uses on iNaturalist 2017 and 2018. */
  @Named
  public static Normalization inaturalist() {
    return of(0.466, 0.471, 0.380, 0.195, 0.194, 0.192);
  }

  /** Pixels from 0 to 1 as they are. */
  @Named
  public static Normalization none() {
    return of(0, 0, 0, 1, 1, 1);
  }

  private static Normalization of(
      double meanRed,
      double meanGreen,
      double meanBlue,
      double stdRed,
      double stdGreen,
      double stdBlue) {
    return new Normalization(
        new double[] {meanRed, meanGreen, meanBlue}, new double[] {stdRed, stdGreen, stdBlue});
  }

  /**
   * Reads a name, or {@code {mean: [...], std: [...]}}.
   *
   * @param source of the text, for messages
   * @throws longtail.LongTailException (CONFIG) saying which names there are
   */
  public static Normalization parse(String text, String source) {
    return Yaml.bind(Yaml.tree("{normalization: %s}".formatted(text), source), source, Choice.class)
        .normalization();
  }

  private record Choice(Normalization normalization) {}

  /** Its name, if it has one, and its numbers. */
  public String described() {
    return Yaml.nameOf(this).map(name -> name + " (" + this + ")").orElse(toString());
  }

  /** A copy of the channel means, {@code [3]}. */
  @Override
  public double[] mean() {
    return mean.clone();
  }

  /** A copy of the channel deviations, {@code [3]}. */
  @Override
  public double[] std() {
    return std.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Normalization that
        && Arrays.equals(mean, that.mean)
        && Arrays.equals(std, that.std);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(mean) + Arrays.hashCode(std);
  }

  @Override
  public String toString() {
    return "mean " + Arrays.toString(mean) + ", std " + Arrays.toString(std);
  }
}
