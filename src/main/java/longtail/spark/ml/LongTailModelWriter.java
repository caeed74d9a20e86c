package longtail.spark.ml;

import java.io.IOException;
import longtail.spark.predict.TrainedModel;
import longtail.storage.CommittedFile;
import longtail.storage.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.ml.util.DefaultParamsWriter;
import org.apache.spark.ml.util.MLWriter;

/**
 * Saves a model: Spark ML's {@code metadata} with the params, {@code model.zip} as every checkpoint
 * has it, and {@code classes.yaml}, which the zip does not know.
 */
final class LongTailModelWriter extends MLWriter {
  private final LongTailModel model;

  LongTailModelWriter(LongTailModel model) {
    this.model = model;
  }

  @Override
  public void saveImpl(String path) {
    Configuration conf = sc().hadoopConfiguration();
    TrainedModel trained = model.trained();
    new DefaultParamsWriter(model).session(sparkSession()).saveImpl(path);
    try {
      CommittedFile.write(
          FileSystems.child(path, LongTailModelReader.CLASSES),
          SavedClasses.of(trained).yaml(),
          conf);
      CommittedFile.write(FileSystems.child(path, LongTailModelReader.ZIP), trained.zip(), conf);
    } catch (IOException e) {
      throw LongTailModelReader.failed("saving", path, e);
    }
  }
}
