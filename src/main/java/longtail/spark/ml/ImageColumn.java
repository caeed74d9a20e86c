package longtail.spark.ml;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.Annotation;
import longtail.dataset.AnnotationFormat;
import longtail.dataset.ImageCollection;
import longtail.dataset.ImageContent;
import longtail.dataset.format.CollectionImages;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * A column of images.
 *
 * @param name of the column
 * @param kind what it holds
 * @param origin column of texts that say where bytes came from; empty = there is none
 */
record ImageColumn(String name, Kind kind, String origin) implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final String BYTES = "bytes";
  private static final String PATH = "path";
  private static final String ORIGIN = "origin";
  private static final String DATA = "data";

  /** What a column holds. */
  enum Kind {
    /** The bytes of image files. */
    BYTES,
    /** Paths of image files. */
    PATHS,
    /** {@code struct<bytes, path>}, of which one may be missing. */
    BYTES_AND_PATH,
    /** The decoded images of Spark's image source. */
    PIXELS
  }

  /**
   * The column {@code name} of {@code schema}.
   *
   * @throws LongTailException (CONFIG) if there is none, or it holds something else
   */
  static ImageColumn of(StructType schema, String name) {
    DataType type = Columns.field(schema, name, "imageCol", "the images").dataType();
    if (type.equals(DataTypes.BinaryType)) {
      // as Spark's source of binary files has it
      boolean told = has(schema, PATH, DataTypes.StringType);
      return new ImageColumn(name, Kind.BYTES, told ? PATH : "");
    }
    if (type.equals(DataTypes.StringType)) {
      return new ImageColumn(name, Kind.PATHS, "");
    }
    if (type instanceof StructType struct) {
      if (has(struct, DATA, DataTypes.BinaryType)
          && has(struct, "nChannels", DataTypes.IntegerType)) {
        return new ImageColumn(name, Kind.PIXELS, "");
      }
      if (has(struct, BYTES, DataTypes.BinaryType) && has(struct, PATH, DataTypes.StringType)) {
        return new ImageColumn(name, Kind.BYTES_AND_PATH, "");
      }
    }
    throw new LongTailException(
        ErrorCode.CONFIG,
        "reading images from the column '%s' (imageCol): it must hold the bytes of image files, their paths, struct<bytes, path> or the structs of Spark's image source, was %s"
            .formatted(name, type.simpleString()));
  }

  private static boolean has(StructType struct, String field, DataType type) {
    return struct.getFieldIndex(field).isDefined() && struct.apply(field).dataType().equals(type);
  }

  /** The columns of a row that are needed to read its image. */
  List<String> needed() {
    return origin.isEmpty() ? List.of(name) : List.of(name, origin);
  }

  /** What reads the files that rows name; the caller closes it. */
  static CollectionImages files(Configuration conf) throws IOException {
    return CollectionImages.open(ImageCollection.of(AnnotationFormat.FOLDER, "", "", ""), conf);
  }

  /**
   * The image of {@code row}.
   *
   * @param files reads the files that rows name
   * @throws IOException with the reason, if there is none
   */
  ImageContent read(Row row, CollectionImages files) throws IOException {
    byte[] bytes = bytes(row);
    if (bytes != null) {
      return new ImageContent.Encoded(bytes);
    }
    if (kind == Kind.PIXELS) {
      return ImageSourceRow.pixels(row.getStruct(row.fieldIndex(name)));
    }
    String path = kind == Kind.BYTES ? null : path(row);
    if (path == null || path.isEmpty()) {
      throw new IOException("the row holds no image");
    }
    return files.read(new Annotation(path, path, 0, 0, 0));
  }

  /** The bytes of the image file that lies in {@code row}; null if none does. */
  byte[] bytes(Row row) {
    int column = row.fieldIndex(name);
    if (row.isNullAt(column)) {
      return null;
    }
    return switch (kind) {
      case BYTES -> row.getAs(column);
      case BYTES_AND_PATH -> row.getStruct(column).getAs(BYTES);
      case PATHS, PIXELS -> null;
    };
  }

  /** Where the image of {@code row} lies or came from; null if the row does not say it. */
  String path(Row row) {
    if (kind == Kind.BYTES && origin.isEmpty()) {
      return null;
    }
    int column = row.fieldIndex(kind == Kind.BYTES ? origin : name);
    if (row.isNullAt(column)) {
      return null;
    }
    return switch (kind) {
      case BYTES, PATHS -> row.getString(column);
      case BYTES_AND_PATH -> row.getStruct(column).getAs(PATH);
      case PIXELS -> row.getStruct(column).getAs(ORIGIN);
    };
  }
}
