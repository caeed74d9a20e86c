package longtail.train;

import static org.assertj.core.api.Assertions.assertThat;

import longtail.train.data.BatchSource;
import longtail.train.experiment.Cursor;
import org.junit.jupiter.api.Test;

/** Which steps of MetaSAug read meta images. */
class MetaBatchesTest {
  private static final int EPOCHS = 5;

  private static BatchSource source(String options) {
    return new ToyTraining(
            """
            name: toy
            stages:
              - epochs: %d
                batch-size: 4
                method: {type: metasaug, %s}
            """
                .formatted(EPOCHS, options),
            7,
            6)
        .sourceWithMeta(0, 1);
  }

  @Test
  void onlyStepsThatLearnCovariancesReadThemAndTheyStayTheSame() {
    BatchSource sparse = source("start-epoch: 2, meta: {batch-size: 3, every: 2}");
    BatchSource dense = source("meta: {batch-size: 3}");
    // backwards, as a run that is resumed anywhere: no step depends on those before it
    for (int epoch = EPOCHS - 1; epoch >= 0; epoch--) {
      for (int step = 2; step >= 0; step--) {
        Cursor cursor = new Cursor(0, epoch, step);
        BatchSource.Part drawn = sparse.draft(cursor).parts().get(1);
        BatchSource.Part all = dense.draft(cursor).parts().get(1);
        boolean learns = epoch >= 2 && (3 * epoch + step) % 2 == 0;
        assertThat(drawn.used()).isEqualTo(learns);
        assertThat(drawn.rows()).isEqualTo(learns ? all.rows() : new int[0]);
        // the ratio is 0 in the first epoch
        assertThat(all.rows()).hasSize(epoch > 0 ? 3 : 0);
        assertThat(sparse.draft(cursor).parts().get(0).rows())
            .isEqualTo(dense.draft(cursor).parts().get(0).rows());
      }
    }
  }

  @Test
  void withoutAugmentationNoneIsRead() {
    BatchSource plain = source("lambda: 0, meta: {batch-size: 3}");
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      assertThat(plain.draft(new Cursor(0, epoch, 1)).parts().get(1).used()).isFalse();
    }
  }
}
