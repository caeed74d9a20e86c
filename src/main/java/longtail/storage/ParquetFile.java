package longtail.storage;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.util.HadoopStreams;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;

/** A Parquet file that is read, on any Hadoop file system; see {@link ParquetPart} for writing. */
public final class ParquetFile implements InputFile {
  private final FileSystem files;
  private final Path path;

  private ParquetFile(FileSystem files, Path path) {
    this.files = files;
    this.path = path;
  }

  /** The file {@code path}. */
  public static ParquetFile of(Path path, Configuration conf) throws IOException {
    return new ParquetFile(FileSystems.of(path, conf), path);
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
}
