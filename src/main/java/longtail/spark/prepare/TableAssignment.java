package longtail.spark.prepare;

import java.io.Serializable;
import longtail.dataset.Annotation;
import longtail.dataset.format.TableImages;

/**
 * The images of one row group of a table that are wanted.
 *
 * @param part the row group
 * @param rows their rows in the table, ascending
 * @param places where in the shards each of them goes, see {@link TablePreparation}
 * @param images their annotations
 */
@SuppressWarnings("ArrayRecordComponent") // a message, never compared
public record TableAssignment(
    TableImages.Part part, long[] rows, long[] places, Annotation[] images)
    implements Serializable {
  private static final long serialVersionUID = 1L;
}
