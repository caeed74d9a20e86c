package longtail.spark.ml;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import longtail.dataset.AnnotationFields;
import longtail.dataset.AnnotationFormat;
import longtail.dataset.ClassMapping;
import longtail.dataset.ImageCollection;
import longtail.dataset.ImageContent;
import longtail.dataset.SeveralAnnotations;
import longtail.image.RgbImage;
import longtail.image.codec.ImageCodec;
import longtail.spark.prepare.PrepareSource;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The rows of a DataFrame as a Parquet table that preparation reads: whoever asks twice gets the
 * same rows in the same order, which a DataFrame does not promise.
 */
final class StagedImages {
  private static final StructType IMAGE =
      new StructType().add("bytes", DataTypes.BinaryType).add("path", DataTypes.StringType);

  private static final StructType TABLE =
      new StructType().add("image", IMAGE).add("label", DataTypes.IntegerType);

  /** Preparation reads a row group at once. */
  private static final long ROW_GROUP_BYTES = 32L << 20;

  /** Preparation puts an empty file into its quarantine. */
  private static final byte[] NO_IMAGE = {};

  private StagedImages() {}

  /**
   * Writes {@code rows} to {@code directory}.
   *
   * @return what preparation is told of them
   */
  static PrepareSource write(
      Dataset<Row> rows, ImageColumn images, LabelColumn labels, String split, String directory) {
    Set<String> needed = new LinkedHashSet<>(images.needed());
    needed.add(labels.name());
    rows.select(
            needed.stream().map(name -> functions.col(Columns.quoted(name))).toArray(Column[]::new))
        .map((MapFunction<Row, Row>) row -> staged(row, images, labels), Encoders.row(TABLE))
        .write()
        .mode(SaveMode.Overwrite)
        .option("compression", "none") // images are packed already
        .option("parquet.block.size", ROW_GROUP_BYTES)
        .parquet(directory);
    return source(labels.classNames(), split, directory);
  }

  private static PrepareSource source(List<String> classNames, String split, String directory) {
    PrepareSource source =
        PrepareSource.of(
            ImageCollection.of(AnnotationFormat.PARQUET, directory, "", split)
                .withFields(new AnnotationFields("image", "label", "", SeveralAnnotations.REFUSE)));
    // Labels are places in the list; names that are numbers themselves would be taken for labels.
    boolean numbers = classNames.stream().allMatch(name -> name.matches("[0-9]+"));
    return ClassMapping.named(classNames) && !numbers
        ? source.withClassNames(classNames)
        : source.withClasses(classNames.size());
  }

  private static Row staged(Row row, ImageColumn images, LabelColumn labels) {
    byte[] bytes =
        switch (images.kind()) {
          case PIXELS -> png(row, images);
          case BYTES -> Objects.requireNonNullElse(images.bytes(row), NO_IMAGE);
          case PATHS, BYTES_AND_PATH -> images.bytes(row);
        };
    return RowFactory.create(RowFactory.create(bytes, images.path(row)), labels.of(row));
  }

  private static byte[] png(Row row, ImageColumn images) {
    try {
      ImageContent.Pixels pixels =
          ImageSourceRow.pixels(row.getStruct(row.fieldIndex(images.name())));
      return ImageCodec.png(new RgbImage(pixels.height(), pixels.width(), pixels.rgb()));
    } catch (IOException unreadable) {
      return NO_IMAGE;
    }
  }
}
