package longtail.storage;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.hadoop.util.HadoopStreams;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;

/** A Parquet file that is read, on any Hadoop file system; see {@link ParquetPart} for writing. */
public final class ParquetFile implements InputFile {
  private final FileSystem files;
  private final Path path;
  private final Configuration conf;

  private ParquetFile(FileSystem files, Path path, Configuration conf) {
    this.files = files;
    this.path = path;
    this.conf = conf;
  }

  /** The file {@code path}. */
  public static ParquetFile of(Path path, Configuration conf) throws IOException {
    return new ParquetFile(FileSystems.of(path, conf), path, conf);
  }

  /** A reader of its rows; the caller closes it. */
  public ParquetReader<Group> rows() throws IOException {
    return new Rows(this).withConf(conf).build();
  }

  @Override
  public long getLength() throws IOException {
    return files.getFileStatus(path).getLen();
  }

  @Override
  public SeekableInputStream newStream() throws IOException {
    return HadoopStreams.wrap(files.open(path));
  }

  @Override
  public String toString() {
    return path.toString();
  }

  private static final class Rows extends ParquetReader.Builder<Group> {
    Rows(ParquetFile file) {
      super(file);
    }

    @Override
    protected ReadSupport<Group> getReadSupport() {
      return new GroupReadSupport();
    }
  }
}
