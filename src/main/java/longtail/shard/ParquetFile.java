package longtail.shard;

import java.io.IOException;
import longtail.dataset.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.util.HadoopStreams;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.SeekableInputStream;

/** A Parquet file on any Hadoop file system, without checksum companions beside local ones. */
public final class ParquetFile implements InputFile, OutputFile {
  private final FileSystem files;
  private final Path path;

  private ParquetFile(FileSystem files, Path path) {
    this.files = files;
    this.path = path;
  }

  /** The file at {@code path}. */
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
  public PositionOutputStream create(long blockSizeHint) throws IOException {
    return HadoopStreams.wrap(files.create(path, false));
  }

  @Override
  public PositionOutputStream createOrOverwrite(long blockSizeHint) throws IOException {
    return HadoopStreams.wrap(files.create(path, true));
  }

  @Override
  public boolean supportsBlockSize() {
    return false;
  }

  @Override
  public long defaultBlockSize() {
    return 0;
  }

  @Override
  public String getPath() {
    return path.toString();
  }
}
