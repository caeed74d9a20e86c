package longtail.dataset.format;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import longtail.dataset.AnnotatedSet;
import longtail.dataset.Annotation;

/**
 * Images whose classes are written as text: numbers, if all of them are whole numbers, else names,
 * which get their numbers in sorted order.
 */
final class LabelledImages {
  /** pandas writes the whole numbers of a column with gaps as decimal fractions. */
  private static final Pattern NUMBER = Pattern.compile("([+-]?[0-9]+)(\\.0*)?");

  private static final Pattern FRACTION =
      Pattern.compile("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?");

  /** In characters; what is longer is a column that holds no names. */
  private static final int LONGEST_NAME = 1000;

  private record Image(String place, Annotation annotation, String label) {}

  private final AnnotationCollector collector;
  private final List<Image> images = new ArrayList<>();

  LabelledImages(AnnotationCollector collector) {
    this.collector = collector;
  }

  /**
   * Adds an image.
   *
   * @param place where in the file it stands
   * @param annotation what is known of it but its class
   * @param label its class
   */
  void add(String place, Annotation annotation, String label) {
    String text = label.strip();
    if (text.isEmpty()) {
      throw collector.bad(
          place,
          "the image %s has no class; name its class or leave the image out"
              .formatted(annotation.path()));
    }
    if (text.length() > LONGEST_NAME) {
      throw collector.bad(
          place,
          "%s has a class of %d characters, which cannot be meant: %s..."
              .formatted(annotation.path(), text.length(), text.substring(0, 40)));
    }
    images.add(new Image(place, annotation, text));
  }

  /** Number of images so far. */
  int size() {
    return images.size();
  }

  /**
   * The set of all images.
   *
   * @param classes number of classes if they are numbers, as the user states it; 0 = derive it
   */
  AnnotatedSet build(int classes) {
    if (!areNumbers()) {
      return named();
    }
    addNumbered();
    return collector.build(classes);
  }

  /** The set of all images; if their classes are numbers, these are places in {@code names}. */
  AnnotatedSet build(List<String> names) {
    if (!areNumbers()) {
      return named();
    }
    addNumbered();
    return collector.build(names);
  }

  private boolean areNumbers() {
    return images.stream().allMatch(image -> isNumber(image.label));
  }

  private static boolean isNumber(String label) {
    return NUMBER.matcher(label).matches();
  }

  private void addNumbered() {
    for (Image image : images) {
      collector.add(image.place, image.annotation.withLabel(number(image)));
    }
  }

  private int number(Image image) {
    Matcher number = NUMBER.matcher(image.label);
    BigInteger value = number.matches() ? new BigInteger(number.group(1)) : BigInteger.ONE.negate();
    if (value.bitLength() > 31) {
      throw collector.implausible(image.place, image.label);
    }
    return value.intValue();
  }

  private AnnotatedSet named() {
    requireNoMeasures();
    List<String> names = List.copyOf(new TreeSet<>(images.stream().map(Image::label).toList()));
    Map<String, Integer> numbers = new HashMap<>();
    names.forEach(name -> numbers.put(name, numbers.size()));
    noteNumbers(names);
    for (Image image : images) {
      collector.add(image.place, image.annotation.withLabel(numbers.get(image.label)));
    }
    return collector.build(names);
  }

  /** Numbers of which some are fractions measure something. */
  private void requireNoMeasures() {
    if (images.stream().allMatch(image -> FRACTION.matcher(image.label).matches())) {
      Image first =
          images.stream().filter(image -> !isNumber(image.label)).findFirst().orElseThrow();
      throw collector.bad(
          first.place,
          "%s has the class %s, but a class is a whole number or a name"
              .formatted(first.annotation.path(), first.label));
    }
  }

  private void noteNumbers(List<String> names) {
    List<String> numbers = names.stream().filter(LabelledImages::isNumber).toList();
    if (!numbers.isEmpty()) {
      collector.note(
          "%d of %d classes are written as numbers, such as '%s', and taken as names, for the others have names, such as '%s'"
              .formatted(
                  numbers.size(),
                  names.size(),
                  numbers.get(0),
                  names.stream().filter(name -> !isNumber(name)).findFirst().orElseThrow()));
    }
  }
}
