package longtail.eval;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How often each true class was taken for each class. Only the cells that occur are held, so that
 * thousands of classes take no more room than the test set.
 */
public final class ConfusionMatrix {
  private final List<Cell> cells;
  private final int[] labelled;
  private final int[] predicted;
  private final int[] correct;

  /** A cell that is not 0: {@code count} samples of class {@code label} were taken so. */
  public record Cell(int label, int predicted, int count) {}

  private ConfusionMatrix(int classes, List<Cell> cells) {
    this.cells = cells;
    labelled = new int[classes];
    predicted = new int[classes];
    correct = new int[classes];
    for (Cell cell : cells) {
      labelled[cell.label] += cell.count;
      predicted[cell.predicted] += cell.count;
      if (cell.label == cell.predicted) {
        correct[cell.label] += cell.count;
      }
    }
  }

  /** Counts {@code predictions}. */
  public static ConfusionMatrix of(Predictions predictions) {
    long classes = predictions.classes();
    var counts =
        IntStream.range(0, predictions.size())
            .mapToObj(i -> predictions.label(i) * classes + predictions.predicted(i))
            .collect(Collectors.groupingBy(key -> key, Collectors.summingInt(key -> 1)));
    List<Cell> cells =
        counts.entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(
                entry ->
                    new Cell(
                        (int) (entry.getKey() / classes),
                        (int) (entry.getKey() % classes),
                        entry.getValue()))
            .toList();
    return new ConfusionMatrix(predictions.classes(), cells);
  }

  /**
   * Of {@code classes} classes with the given cells that are not 0.
   *
   * @param cells by true class, then by predicted class
   * @throws IllegalArgumentException if a cell is none of the matrix
   */
  public static ConfusionMatrix of(int classes, List<Cell> cells) {
    for (Cell cell : cells) {
      if (Math.min(cell.label, cell.predicted) < 0
          || Math.max(cell.label, cell.predicted) >= classes
          || cell.count < 1) {
        throw new IllegalArgumentException("%s is no cell of %d classes".formatted(cell, classes));
      }
    }
    return new ConfusionMatrix(classes, List.copyOf(cells));
  }

  /** Number of classes. */
  public int classes() {
    return labelled.length;
  }

  /** The cells that are not 0, by true class, then by predicted class. */
  public List<Cell> cells() {
    return cells;
  }

  /** Test samples of class {@code c}. */
  public int labelled(int c) {
    return labelled[c];
  }

  /** Samples that were taken for class {@code c}. */
  public int predicted(int c) {
    return predicted[c];
  }

  /** Test samples of class {@code c} that were recognised. */
  public int correct(int c) {
    return correct[c];
  }

  /** Recognised fraction of the samples of class {@code c}; 0 if there are none. */
  public double recall(int c) {
    return labelled[c] == 0 ? 0 : (double) correct[c] / labelled[c];
  }

  /** Right fraction of the samples taken for class {@code c}; 0 if there are none. */
  public double precision(int c) {
    return predicted[c] == 0 ? 0 : (double) correct[c] / predicted[c];
  }

  /** Right fraction of all samples; NaN if there are none. */
  public double accuracy() {
    return (double) Arrays.stream(correct).sum() / Arrays.stream(labelled).sum();
  }

  /** Mean F1 of the classes that occur as a label or a prediction; 0 if none does. */
  public double macroF1() {
    return IntStream.range(0, classes())
        .filter(c -> labelled[c] + predicted[c] > 0)
        .mapToDouble(c -> 2.0 * correct[c] / (labelled[c] + predicted[c]))
        .average()
        .orElse(0);
  }
}
