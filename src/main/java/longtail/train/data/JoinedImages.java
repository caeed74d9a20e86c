package longtail.train.data;

import java.util.List;
import java.util.SplittableRandom;
import longtail.image.RgbImage;
import longtail.image.augment.Transform;

/**
 * The images of one set behind those of another.
 *
 * @param first images of the rows from 0
 * @param rows how many these are
 * @param second images of the rows behind them
 */
record JoinedImages(ImageSupply first, int rows, ImageSupply second) implements ImageSupply {
  @Override
  public RgbImage image(int row) {
    return row < rows ? first.image(row) : second.image(row - rows);
  }

  @Override
  public RgbImage image(int row, List<Transform> transforms, SplittableRandom random) {
    return row < rows
        ? first.image(row, transforms, random)
        : second.image(row - rows, transforms, random);
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
