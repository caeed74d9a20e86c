package longtail.train.data;

import java.io.IOException;
import longtail.image.ImageSource;

/**
 * The images of one set behind those of another.
 *
 * @param first images of the rows from 0
 * @param rows how many these are
 * @param second images of the rows behind them
 */
record JoinedImages(ImageSupply first, int rows, ImageSupply second) implements ImageSupply {
  @Override
  public ImageSource source(int row) throws IOException {
    return row < rows ? first.source(row) : second.source(row - rows);
  }

  @Override
  public String name(int row) {
    return row < rows ? first.name(row) : second.name(row - rows);
  }

  @Override
  public void close() {
    first.close();
    second.close();
  }
}
