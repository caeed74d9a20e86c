package longtail.spark.ml;

import java.util.Arrays;
import longtail.ErrorCode;
import longtail.LongTailException;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Columns of DataFrames by the names that params give them. */
final class Columns {
  private Columns() {}

  /**
   * The field {@code name} of {@code schema}.
   *
   * @param param that names it
   * @param what it is for
   * @throws LongTailException (CONFIG) naming the columns that there are
   */
  static StructField field(StructType schema, String name, String param, String what) {
    if (schema.getFieldIndex(name).isEmpty()) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "looking for %s: the DataFrame has no column '%s' (%s), it has %s"
              .formatted(what, name, param, Arrays.toString(schema.fieldNames())));
    }
    return schema.apply(name);
  }

  /** The column {@code name} as Spark's functions write it, whatever characters it has. */
  static String quoted(String name) {
    return "`" + name.replace("`", "``") + "`";
  }
}
