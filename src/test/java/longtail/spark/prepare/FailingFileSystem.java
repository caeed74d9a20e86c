package longtail.spark.prepare;

import java.io.IOException;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** Local files under {@code failing:/}, of which a number of reads fails as a network would. */
public final class FailingFileSystem extends RawLocalFileSystem {
  /** Reads that are still to fail. */
  static final AtomicInteger FAILURES = new AtomicInteger();

  @Override
  public URI getUri() {
    return URI.create("failing:///");
  }

  @Override
  public String getScheme() {
    return "failing";
  }

  @Override
  public FSDataInputStream open(Path path, int bufferSize) throws IOException {
    if (FAILURES.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      throw new IOException("connection reset");
    }
    return super.open(path, bufferSize);
  }
}
