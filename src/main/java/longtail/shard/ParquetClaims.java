package longtail.shard;

import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/**
 * Holds what a Parquet file claims of its parts against its length, before a reader takes memory by
 * these claims.
 */
final class ParquetClaims {
  /** Writers make pages of about a mebibyte; of a hundred rows, if these are longer. */
  private static final int LARGEST_PAGE = 64 << 20;

  /** Those of {@link OutputWriter} and {@link SampleTable}; others claim sizes in their values. */
  private static final Set<Encoding> ENCODINGS =
      EnumSet.of(Encoding.PLAIN, Encoding.PLAIN_DICTIONARY, Encoding.RLE_DICTIONARY);

  private ParquetClaims() {}

  /**
   * Checks the columns, where they lie, and the sizes of their pages.
   *
   * @throws IOException saying what cannot be
   */
  static void check(InputFile file, MessageType columns) throws IOException {
    ParquetMetadata footer;
    try (ParquetFileReader reader = ParquetFileReader.open(file)) {
      footer = reader.getFooter();
    }
    requireColumns(footer.getFileMetaData().getSchema(), columns);
    try (SeekableInputStream in = file.newStream()) {
      for (BlockMetaData block : footer.getBlocks()) {
        for (ColumnChunkMetaData chunk : block.getColumns()) {
          pages(in, chunk, file.getLength());
        }
      }
    }
  }

  private static void requireColumns(MessageType found, MessageType wanted) throws IOException {
    for (Type column : wanted.getFields()) {
      boolean fits =
          found.containsField(column.getName())
              && found.getType(column.getName()).isPrimitive()
              && found.getType(column.getName()).getRepetition() == column.getRepetition()
              && found.getType(column.getName()).asPrimitiveType().getPrimitiveTypeName()
                  == column.asPrimitiveType().getPrimitiveTypeName();
      if (!fits) {
        throw new IOException("it has no column '%s'".formatted(column));
      }
    }
  }

  private static void pages(SeekableInputStream in, ColumnChunkMetaData chunk, long length)
      throws IOException {
    long at = chunk.getStartingPos();
    long size = chunk.getTotalSize();
    if (at < 0 || size < 0 || at > length - size || chunk.getValueCount() < 0) {
      throw outside(chunk);
    }
    long end = at + size;
    long values = 0;
    while (values < chunk.getValueCount()) {
      in.seek(at);
      PageHeader header = Util.readPageHeader(in);
      at = in.getPos() + header.getCompressed_page_size();
      if (header.getCompressed_page_size() < 0 || at > end) {
        throw outside(chunk);
      }
      values += values(header, chunk);
    }
  }

  /** The values of a data page. */
  private static int values(PageHeader header, ColumnChunkMetaData chunk) throws IOException {
    int size = header.getUncompressed_page_size();
    boolean dictionary = header.getType() == PageType.DICTIONARY_PAGE;
    boolean known =
        dictionary
            ? header.isSetDictionary_page_header()
                && header.getDictionary_page_header().getNum_values() >= 0
                && header.getDictionary_page_header().getNum_values() <= size
            : header.getType() == PageType.DATA_PAGE
                && header.isSetData_page_header()
                && header.getData_page_header().getNum_values() > 0
                && ENCODINGS.contains(header.getData_page_header().getEncoding());
    if (!known || size < 0 || size > LARGEST_PAGE) {
      throw new IOException(
          "a page of its column %s has a form or size that no writer gives it (%d bytes)"
              .formatted(chunk.getPath(), size));
    }
    return dictionary ? 0 : header.getData_page_header().getNum_values();
  }

  private static IOException outside(ColumnChunkMetaData chunk) {
    return new IOException("its column %s lies outside of the file".formatted(chunk.getPath()));
  }
}
