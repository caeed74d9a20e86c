package longtail.spark.ml;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.spark.predict.TrainedModel;
import longtail.storage.FileSystems;
import longtail.train.checkpoint.SavedModel;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsReader$;
import org.apache.spark.ml.util.MLReader;

/** Reads what {@link LongTailModelWriter} has saved. */
final class LongTailModelReader extends MLReader<LongTailModel> {
  static final String CLASSES = "classes.yaml";
  static final String ZIP = "model.zip";

  @Override
  public LongTailModel load(String path) {
    Configuration conf = sc().hadoopConfiguration();
    DefaultParamsReader.Metadata metadata =
        DefaultParamsReader$.MODULE$.loadMetadata(path, sc(), LongTailModel.class.getName());
    SavedModel saved = new SavedModel(FileSystems.child(path, ZIP).toString(), Optional.empty());
    LongTailModel model =
        new LongTailModel(metadata.uid(), classes(path, conf).in(TrainedModel.of(saved, conf)));
    metadata.getAndSetParams(model, metadata.getAndSetParams$default$2());
    return model;
  }

  private static SavedClasses classes(String path, Configuration conf) {
    try (InputStream in = FileSystems.open(FileSystems.child(path, CLASSES), conf)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return SavedClasses.parse(text, path + "/" + CLASSES);
    } catch (IOException e) {
      throw failed("reading", path, e);
    }
  }

  static LongTailException failed(String what, String path, IOException cause) {
    return new LongTailException(
        ErrorCode.DATA, "%s the model %s: %s".formatted(what, path, cause.getMessage()), cause);
  }
}
