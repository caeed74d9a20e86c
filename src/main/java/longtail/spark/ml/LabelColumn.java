package longtail.spark.ml;

import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.ClassMapping;
import org.apache.spark.ml.attribute.Attribute;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * A column of classes: whole numbers from 0 on, named by the column's metadata if that has names,
 * or texts, which get their numbers in sorted order.
 */
final class LabelColumn implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String name;
  private final boolean text;
  private final List<String> classNames;
  private final Map<String, Integer> numbers = new HashMap<>();

  private LabelColumn(String name, boolean text, List<String> classNames) {
    this.name = name;
    this.text = text;
    this.classNames = classNames;
    classNames.forEach(one -> numbers.putIfAbsent(one, numbers.size()));
  }

  /**
   * Checks the type of the column {@code name}.
   *
   * @throws LongTailException (CONFIG) if there is none, or it holds neither numbers nor text
   */
  static StructField check(StructType schema, String name) {
    StructField field = Columns.field(schema, name, "labelCol", "the classes");
    if (!field.dataType().equals(DataTypes.StringType)
        && !(field.dataType() instanceof NumericType)) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "reading classes from the column '%s' (labelCol): it must hold whole numbers from 0 on or texts, was %s"
              .formatted(name, field.dataType().simpleString()));
    }
    return field;
  }

  /**
   * The classes in the column {@code name} of {@code rows}, which are read once for that.
   *
   * @throws LongTailException (DATA) if there are no rows, or rows without a class
   */
  static LabelColumn of(Dataset<?> rows, String name) {
    StructField field = check(rows.schema(), name);
    List<Row> counts = rows.groupBy(Columns.quoted(name)).count().collectAsList();
    if (counts.isEmpty()) {
      throw new LongTailException(
          ErrorCode.DATA, "fitting a LongTailClassifier: the DataFrame has no rows");
    }
    for (Row row : counts) {
      if (row.isNullAt(0)) {
        throw new LongTailException(
            ErrorCode.DATA,
            "fitting a LongTailClassifier: %d rows have no class in the column '%s'; drop them, or name their class"
                .formatted(row.getLong(1), name));
      }
    }
    if (field.dataType().equals(DataTypes.StringType)) {
      TreeSet<String> names = new TreeSet<>();
      counts.forEach(row -> names.add(row.getString(0)));
      return new LabelColumn(name, true, List.copyOf(names));
    }
    LabelColumn column = new LabelColumn(name, false, names(field, counts));
    counts.forEach(column::number);
    return column;
  }

  /** The names in the metadata; the numbers of the classes where there are none. */
  private static List<String> names(StructField field, List<Row> counts) {
    if (Attribute.fromStructField(field) instanceof NominalAttribute nominal
        && nominal.values().isDefined()) {
      return List.of(nominal.values().get());
    }
    double largest =
        counts.stream().mapToDouble(row -> ((Number) row.get(0)).doubleValue()).max().orElse(0);
    long images = counts.stream().mapToLong(row -> row.getLong(1)).sum();
    if (largest > 1000 + 100.0 * images) {
      throw new LongTailException(
          ErrorCode.DATA,
          "reading classes from the column '%s': the class %s would be one of more classes than there can be images for, of which there are %d; number the classes from 0 on, as StringIndexer does"
              .formatted(field.name(), largest, images));
    }
    return ClassMapping.numbers((int) Math.max(0, largest) + 1);
  }

  private int number(Row counted) {
    return number(counted.get(0));
  }

  /** The class of {@code row}. */
  int of(Row row) {
    return number(row.get(row.fieldIndex(name)));
  }

  private int number(Object value) {
    if (text) {
      return Optional.ofNullable(numbers.get((String) value)).orElseThrow(() -> bad(value));
    }
    double number = value == null ? Double.NaN : ((Number) value).doubleValue();
    if (!(number >= 0 && number < classNames.size()) || number != Math.rint(number)) {
      throw bad(value);
    }
    return (int) number;
  }

  private LongTailException bad(Object value) {
    return new LongTailException(
        ErrorCode.DATA,
        "reading classes from the column '%s': they must be whole numbers from 0 to %d, or texts that do not change while the DataFrame is read, was %s"
            .formatted(name, classNames.size() - 1, value));
  }

  /** Name of each class. */
  List<String> classNames() {
    return classNames;
  }

  /** Name of the column. */
  String name() {
    return name;
  }
}
