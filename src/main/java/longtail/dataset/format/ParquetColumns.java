package longtail.dataset.format;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import longtail.dataset.AnnotationFields;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;

/**
 * The columns of a Parquet table that are read.
 *
 * @param image the image column
 * @param kind what it holds
 * @param label the column of the classes; null = it is not read
 * @param group the column of the groups; null = none
 */
record ParquetColumns(Type image, Kind kind, Type label, Type group) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String BYTES = "bytes";
  private static final String PATH = "path";

  /** What the image column holds. */
  enum Kind {
    /** The bytes of image files. */
    BYTES,
    /** Paths of image files. */
    PATHS,
    /** {@code struct<bytes, path>}, of which the bytes may be missing. */
    BYTES_AND_PATH
  }

  static ParquetColumns of(
      MessageType schema, AnnotationFields wanted, AnnotationCollector collector) {
    List<String> names = schema.getFields().stream().map(Type::getName).toList();
    ColumnChoice choice = new ColumnChoice(collector, names);
    ParquetColumns images = unlabelled(schema, wanted, collector);
    Type label =
        schema.getType(choice.of("classes", wanted.label(), ColumnChoice.LABELS, "--label-column"));
    int group = choice.optional(wanted.group(), "--group-column");
    requireValue(label, collector);
    requireClass(label, collector);
    return new ParquetColumns(
        images.image, images.kind, label, group < 0 ? null : schema.getType(group));
  }

  /** The column of the images alone, of a table that need not have classes. */
  static ParquetColumns unlabelled(
      MessageType schema, AnnotationFields wanted, AnnotationCollector collector) {
    List<String> names = schema.getFields().stream().map(Type::getName).toList();
    ColumnChoice choice = new ColumnChoice(collector, names);
    Type image =
        schema.getType(choice.of("images", wanted.image(), ColumnChoice.IMAGES, "--image-column"));
    return new ParquetColumns(image, kind(image, collector), null, null);
  }

  private static void requireValue(Type column, AnnotationCollector collector) {
    if (!column.isPrimitive() || column.isRepetition(Type.Repetition.REPEATED)) {
      throw collector.bad(
          "the column '" + column.getName() + "'",
          "expected one number or text in each row, was " + column);
    }
  }

  /** A moment would be taken for a number, and bytes of a fixed length for text. */
  private static void requireClass(Type column, AnnotationCollector collector) {
    LogicalTypeAnnotation meaning = column.getLogicalTypeAnnotation();
    PrimitiveTypeName type = column.asPrimitiveType().getPrimitiveTypeName();
    boolean moment =
        meaning instanceof LogicalTypeAnnotation.DateLogicalTypeAnnotation
            || meaning instanceof LogicalTypeAnnotation.TimeLogicalTypeAnnotation
            || meaning instanceof LogicalTypeAnnotation.TimestampLogicalTypeAnnotation
            || type == PrimitiveTypeName.INT96;
    boolean bytes =
        type == PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY
            && !(meaning instanceof LogicalTypeAnnotation.DecimalLogicalTypeAnnotation);
    if (moment || bytes) {
      throw collector.bad(
          "the column '" + column.getName() + "'",
          "expected a class as a number or as text, was "
              + column
              + "; name another one with --label-column");
    }
  }

  private static Kind kind(Type image, AnnotationCollector collector) {
    if (image.isPrimitive()) {
      if (image.asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY
          && !image.isRepetition(Type.Repetition.REPEATED)) {
        boolean text =
            image.getLogicalTypeAnnotation()
                instanceof LogicalTypeAnnotation.StringLogicalTypeAnnotation;
        return text ? Kind.PATHS : Kind.BYTES;
      }
    } else if (image.asGroupType().containsField(BYTES)) {
      return Kind.BYTES_AND_PATH;
    }
    throw collector.bad(
        "the column '" + image.getName() + "'",
        "expected images as bytes, as a path or as struct<bytes, path>, was "
            + image.toString().replaceAll("\\s+", " ")
            + "; name another one with --image-column");
  }

  /** What is needed to know the classes, without the bytes of the images. */
  MessageType annotations() {
    List<Type> fields = new ArrayList<>();
    if (kind == Kind.PATHS) {
      fields.add(image);
    } else if (hasPath()) {
      GroupType struct = image.asGroupType();
      fields.add(new GroupType(struct.getRepetition(), struct.getName(), struct.getType(PATH)));
    }
    if (label != null) {
      fields.add(label);
    }
    if (group != null && !group.equals(label)) {
      fields.add(group);
    }
    return new MessageType("annotations", fields);
  }

  /** What is needed to read the images. */
  MessageType images() {
    if (!hasPath()) {
      return new MessageType("images", image(BYTES));
    }
    return new MessageType("images", image(BYTES, PATH));
  }

  private Type image(String... fields) {
    if (kind != Kind.BYTES_AND_PATH) {
      return image;
    }
    GroupType struct = image.asGroupType();
    List<Type> types = new ArrayList<>();
    for (String field : fields) {
      types.add(struct.getType(field));
    }
    return new GroupType(struct.getRepetition(), struct.getName(), types);
  }

  private boolean hasPath() {
    return kind == Kind.BYTES_AND_PATH && image.asGroupType().containsField(PATH);
  }

  /** The path of the image of a row; empty = there is none. */
  String path(Group row) {
    if (kind == Kind.PATHS) {
      return text(row, image.getName());
    }
    boolean stated = hasPath() && row.getFieldRepetitionCount(image.getName()) > 0;
    return stated ? text(row.getGroup(image.getName(), 0), PATH) : "";
  }

  /** The bytes of the image of a row; null = there are none. */
  byte[] bytes(Group row) {
    if (row.getFieldRepetitionCount(image.getName()) == 0) {
      return null;
    }
    if (kind == Kind.BYTES) {
      return row.getBinary(image.getName(), 0).getBytes();
    }
    Group struct = row.getGroup(image.getName(), 0);
    return struct.getFieldRepetitionCount(BYTES) == 0
        ? null
        : struct.getBinary(BYTES, 0).getBytes();
  }

  /** The class of a row as text; empty = it has none. */
  String label(Group row) {
    return text(row, label.getName());
  }

  /** The group of a row as text; empty = it has none. */
  String group(Group row) {
    return group == null ? "" : text(row, group.getName());
  }

  private static String text(Group row, String column) {
    if (row.getFieldRepetitionCount(column) == 0) {
      return "";
    }
    Type type = row.getType().getType(column);
    String text = row.getValueToString(row.getType().getFieldIndex(column), 0);
    if (!type.isPrimitive()) {
      return text;
    }
    PrimitiveTypeName stored = type.asPrimitiveType().getPrimitiveTypeName();
    if (type.getLogicalTypeAnnotation()
        instanceof LogicalTypeAnnotation.DecimalLogicalTypeAnnotation decimal) {
      boolean number = stored == PrimitiveTypeName.INT32 || stored == PrimitiveTypeName.INT64;
      BigInteger unscaled =
          number ? new BigInteger(text) : new BigInteger(row.getBinary(column, 0).getBytes());
      return new BigDecimal(unscaled, decimal.getScale()).toPlainString();
    }
    return switch (stored) {
      case BINARY -> row.getString(column, 0);
      case FLOAT, DOUBLE -> text.equals("NaN") ? "" : text;
      default -> text;
    };
  }

  /**
   * The names of the classes in the notes of Hugging Face's writer; empty where there are none.
   *
   * @param notes the note that it leaves in the footer; null = it has left none
   */
  List<String> classNames(String notes) {
    if (notes == null) {
      return List.of();
    }
    try {
      JsonNode names =
          JSON.readTree(notes).path("info").path("features").path(label.getName()).path("names");
      List<String> classes = new ArrayList<>();
      names.forEach(name -> classes.add(name.asText()));
      return classes;
    } catch (JsonProcessingException e) {
      return List.of();
    }
  }
}
