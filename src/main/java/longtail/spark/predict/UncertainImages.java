package longtail.spark.predict;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/** Of each predicted class the images of which the model is least certain. */
final class UncertainImages {
  /** Images of all classes together, so that a page of them can be looked at anywhere. */
  static final int MOST = 600;

  private static final int MOST_OF_A_CLASS = 8;

  /** Least certain first; of equals the first image, so that the order of the parts is all one. */
  private static final Comparator<Candidate> BY_CERTAINTY =
      Comparator.comparingDouble(Candidate::probability).thenComparingInt(Candidate::image);

  private final int ofClass;
  private final TreeMap<Integer, List<Candidate>> byClass = new TreeMap<>();

  /**
   * An image.
   *
   * @param image its position among all
   * @param predicted its class
   * @param probability softmax probability of this class
   */
  record Candidate(int image, int predicted, double probability) {}

  private UncertainImages(int ofClass) {
    this.ofClass = ofClass;
  }

  /** None yet, of {@code classes} classes; a class gets the fewer, the more there are. */
  static UncertainImages of(int classes) {
    return new UncertainImages(Math.min(MOST_OF_A_CLASS, Math.max(1, MOST / classes)));
  }

  /** Adds an image. */
  void add(Candidate candidate) {
    List<Candidate> known =
        byClass.computeIfAbsent(candidate.predicted(), c -> new ArrayList<>(ofClass + 1));
    if (known.size() == ofClass && BY_CERTAINTY.compare(candidate, known.get(ofClass - 1)) >= 0) {
      return;
    }
    known.add(candidate);
    known.sort(BY_CERTAINTY);
    if (known.size() > ofClass) {
      known.remove(ofClass);
    }
  }

  /** Those of all classes, class by class. */
  List<Candidate> all() {
    return byClass.values().stream().flatMap(List::stream).toList();
  }

  /**
   * The same, at most {@link #MOST}: where there are more classes, those with the least certain.
   */
  List<Candidate> shown() {
    List<Candidate> all = all();
    return all.size() <= MOST
        ? all
        : all.stream()
            .sorted(BY_CERTAINTY)
            .limit(MOST)
            .sorted(Comparator.comparingInt(Candidate::predicted).thenComparing(BY_CERTAINTY))
            .toList();
  }
}
