package longtail.spark.ml;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.eval.Ranking;
import longtail.spark.predict.ImageScorer;
import org.apache.spark.ml.attribute.AttributeGroup;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The columns that predictions add to a DataFrame, in their order.
 *
 * @param rawPrediction name of the column of logits; empty = there is none
 * @param probability name of the column of probabilities; empty = there is none
 * @param prediction name of the column of classes; empty = there is none
 * @param error name of the column of reasons; empty = there is none
 * @param thresholds one per class; empty = none
 * @param classNames name of each class; empty = not known yet
 */
record PredictionColumns(
    String rawPrediction,
    String probability,
    String prediction,
    String error,
    List<Double> thresholds,
    List<String> classNames)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * Those that {@code params} name.
   *
   * @param classNames name of each class; empty = not known yet
   * @throws LongTailException (CONFIG) if there are thresholds that do not fit the classes
   */
  static PredictionColumns of(PredictionParams params, List<String> classNames) {
    List<Double> thresholds = new ArrayList<>();
    if (params.isDefined(params.thresholds())) {
      for (double threshold : params.getOrDefault(params.thresholds())) {
        thresholds.add(threshold);
      }
      requireThresholds(thresholds, classNames.size());
    }
    return new PredictionColumns(
        params.getOrDefault(params.rawPredictionCol()),
        params.getOrDefault(params.probabilityCol()),
        params.getOrDefault(params.predictionCol()),
        params.getOrDefault(params.errorCol()),
        List.copyOf(thresholds),
        List.copyOf(classNames));
  }

  private static void requireThresholds(List<Double> thresholds, int classes) {
    if (classes > 0 && thresholds.size() != classes) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "thresholds must be one number for each of %d classes, were %d"
              .formatted(classes, thresholds.size()));
    }
    if (!thresholds.stream().allMatch(threshold -> threshold > 0)) {
      throw new LongTailException(
          ErrorCode.CONFIG, "thresholds must be positive, were " + thresholds);
    }
  }

  /** Names of the columns that there are. */
  List<String> names() {
    return List.of(rawPrediction, probability, prediction, error).stream()
        .filter(name -> !name.isEmpty())
        .toList();
  }

  /**
   * {@code schema} with these columns behind it.
   *
   * @throws LongTailException (CONFIG) if it has one of them already
   */
  StructType appendedTo(StructType schema) {
    HashSet<String> taken = new HashSet<>(List.of(schema.fieldNames()));
    for (String name : names()) {
      if (!taken.add(name)) {
        throw new LongTailException(
            ErrorCode.CONFIG,
            "adding predictions: the DataFrame has a column '%s' already; drop it, or name another column (predictionCol, probabilityCol, rawPredictionCol, errorCol)"
                .formatted(name));
      }
    }
    StructType appended = schema;
    if (!rawPrediction.isEmpty()) {
      appended = appended.add(vector(rawPrediction));
    }
    if (!probability.isEmpty()) {
      appended = appended.add(vector(probability));
    }
    if (!prediction.isEmpty()) {
      appended =
          appended.add(new StructField(prediction, DataTypes.DoubleType, true, classMetadata()));
    }
    return error.isEmpty() ? appended : appended.add(error, DataTypes.StringType);
  }

  private StructField vector(String name) {
    Metadata metadata =
        classNames.isEmpty()
            ? Metadata.empty()
            : new AttributeGroup(name, classNames.size()).toMetadata();
    return new StructField(name, SQLDataTypes.VectorType(), true, metadata);
  }

  private Metadata classMetadata() {
    if (classNames.isEmpty()) {
      return Metadata.empty();
    }
    NominalAttribute classes = NominalAttribute.defaultAttr().withName(prediction);
    // Spark takes no two values of one name.
    return new HashSet<>(classNames).size() == classNames.size()
        ? classes.withValues(classNames.toArray(String[]::new)).toMetadata()
        : classes.withNumValues(classNames.size()).toMetadata();
  }

  /** The cells of an image, in the order of the columns; null where it could not be read. */
  List<Object> cells(ImageScorer.Scores scores) {
    List<Object> cells = new ArrayList<>();
    double[] probabilities = scores.readable() ? scores.probabilities() : new double[0];
    if (!rawPrediction.isEmpty()) {
      cells.add(scores.readable() ? Vectors.dense(doubles(scores.logits())) : null);
    }
    if (!probability.isEmpty()) {
      cells.add(scores.readable() ? Vectors.dense(probabilities) : null);
    }
    if (!prediction.isEmpty()) {
      cells.add(scores.readable() ? (double) best(scores.logits(), probabilities) : null);
    }
    if (!error.isEmpty()) {
      cells.add(scores.readable() ? null : scores.error());
    }
    return cells;
  }

  private int best(float[] logits, double[] probabilities) {
    int best = Ranking.best(logits); // refuses NaN
    if (!thresholds.isEmpty()) {
      for (int c = 0; c < probabilities.length; c++) {
        if (probabilities[c] / thresholds.get(c) > probabilities[best] / thresholds.get(best)) {
          best = c;
        }
      }
    }
    return best;
  }

  private static double[] doubles(float... numbers) {
    double[] doubles = new double[numbers.length];
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] = numbers[i];
    }
    return doubles;
  }
}
