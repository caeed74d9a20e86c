package longtail.spark.predict;

import java.io.IOException;
import java.io.Serializable;
import org.apache.hadoop.conf.Configuration;

/** Where images lie, which says how they are read. */
sealed interface ImageLocation extends Serializable {
  /** Reads its images, for one thread; the caller closes what it gets. */
  ImageFetcher open(Configuration conf) throws IOException;

  /**
   * Files of their own.
   *
   * @param root directory that their paths are relative to
   */
  record Files(String root) implements ImageLocation {
    private static final long serialVersionUID = 1L;

    @Override
    public ImageFetcher open(Configuration conf) {
      return FileFetcher.below(root, conf);
    }
  }

  /**
   * A prepared dataset.
   *
   * @param directory where it lies
   */
  record Prepared(String directory) implements ImageLocation {
    private static final long serialVersionUID = 1L;

    @Override
    public ImageFetcher open(Configuration conf) {
      return ShardFetcher.of(directory, conf);
    }
  }

  /**
   * Tar files.
   *
   * @param root directory that their paths are relative to
   */
  record Tars(String root) implements ImageLocation {
    private static final long serialVersionUID = 1L;

    @Override
    public ImageFetcher open(Configuration conf) {
      return new TarFetcher(root, conf);
    }
  }

  /**
   * Parquet tables that hold the images.
   *
   * @param root directory that their paths are relative to
   */
  record Tables(String root) implements ImageLocation {
    private static final long serialVersionUID = 1L;

    @Override
    public ImageFetcher open(Configuration conf) {
      return new TableFetcher(root, conf);
    }
  }
}
