package longtail.spark.predict;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import longtail.dataset.AnnotationFormat;
import longtail.dataset.ImageCollection;
import longtail.dataset.ImageContent;
import longtail.dataset.format.TableImages;
import longtail.storage.FileSystems;
import org.apache.hadoop.conf.Configuration;

/**
 * Images in the rows of Parquet tables. Rows that are asked for in their order are read once; a row
 * group is fetched as a whole.
 */
final class TableFetcher implements ImageFetcher {
  private final String root;
  private final Configuration conf;
  private String file = "";
  private List<TableImages.Part> parts = List.of();
  private TableImages rows;
  private long next;
  private long end;

  TableFetcher(String root, Configuration conf) {
    this.root = root;
    this.conf = conf;
  }

  @Override
  public byte[] fetch(ImageReference image) throws IOException {
    try {
      position(image);
      TableImages.Row row = rows.next();
      next++;
      while (row.number() < image.position()) {
        row = rows.next();
        next++;
      }
      if (row.read() instanceof ImageContent.Encoded encoded) {
        return encoded.bytes();
      }
      throw new IOException("the row holds no image file");
    } catch (UncheckedIOException damaged) {
      close();
      throw damaged.getCause();
    }
  }

  private void position(ImageReference image) throws IOException {
    ImageCollection table =
        ImageCollection.of(
            AnnotationFormat.PARQUET, FileSystems.resolve(root, image.file()).toString(), root, "");
    if (!image.file().equals(file)) {
      close();
      parts = TableImages.parts(table, conf);
      file = image.file();
    }
    if (rows == null || image.position() < next || image.position() >= end) {
      closeRows();
      TableImages.Part part =
          parts.stream()
              .filter(p -> image.position() < p.first() + p.rows())
              .findFirst()
              .orElseThrow(() -> new IOException("the table has no such row any more"));
      rows = TableImages.open(table, part, conf);
      next = part.first();
      end = part.first() + part.rows();
    }
  }

  private void closeRows() throws IOException {
    if (rows != null) {
      rows.close();
      rows = null;
    }
  }

  @Override
  public void close() throws IOException {
    closeRows();
    file = "";
  }
}
