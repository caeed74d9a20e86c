package longtail.train.checkpoint;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.image.augment.Preprocessing;
import longtail.nn.Network;
import longtail.storage.FileSystems;
import longtail.train.experiment.CheckpointPlan;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A model that was saved: the path of its zip, and the checkpoint that it is a part of, if it is.
 *
 * @param zip path of the model zip
 * @param checkpoint the checkpoint around it
 */
public record SavedModel(String zip, Optional<Checkpoint> checkpoint) {
  private static final String CHECKPOINTS = "checkpoints";

  /** Reading does not depend on when checkpoints are saved. */
  private static final CheckpointPlan ANY =
      new CheckpointPlan(1, Optional.empty(), 1, CheckpointPlan.Metric.MEAN_CLASS_ACCURACY);

  /**
   * Finds the model that {@code path} means.
   *
   * @param path a checkpoint, the output directory of a training run, or a model zip
   * @param choice which checkpoint of a run is meant
   * @throws LongTailException (DATA) saying what is missing
   */
  public static SavedModel find(String path, CheckpointChoice choice, Configuration conf) {
    Path given = FileSystems.path(path);
    try {
      FileSystem files = FileSystems.of(given, conf);
      if (!files.exists(given)) {
        throw new LongTailException(
            ErrorCode.DATA, "looking for a model: %s does not exist".formatted(path));
      }
      if (files.getFileStatus(given).isFile()) {
        boolean whole = files.exists(FileSystems.child(given.getParent(), Checkpoint.MANIFEST));
        return whole && given.getName().equals(Checkpoint.MODEL)
            ? of(Checkpoint.open(given.getParent().toString(), conf))
            : new SavedModel(path, Optional.empty());
      }
      if (files.exists(FileSystems.child(given, Checkpoint.MANIFEST))) {
        return of(Checkpoint.open(path, conf));
      }
      Path below = FileSystems.child(given, CHECKPOINTS);
      String directory = files.exists(below) ? below.toString() : path;
      Checkpoint latest =
          Checkpoints.of(directory, ANY, conf)
              .latest()
              .orElseThrow(
                  () ->
                      new LongTailException(
                          ErrorCode.DATA,
                          "looking for a model: %s holds no whole checkpoint; give a checkpoint, the output directory of a training run or a model zip"
                              .formatted(path)));
      return of(
          switch (choice.which()) {
            case LATEST -> latest;
            case BEST -> best(directory, choice, latest, conf);
          });
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  private static Checkpoint best(
      String directory, CheckpointChoice choice, Checkpoint latest, Configuration conf) {
    CheckpointPlan plan = latest.experiment().checkpoints();
    CheckpointPlan.Metric metric = choice.metric().orElseGet(plan::bestMetric);
    return Checkpoints.of(
            directory,
            new CheckpointPlan(plan.everyEpochs(), plan.everySteps(), plan.keep(), metric),
            conf)
        .best()
        .orElseThrow(
            () ->
                new LongTailException(
                    ErrorCode.DATA,
                    "looking for the best model: no checkpoint in %s has the validation figure %s; train with --validation, or take the latest"
                        .formatted(directory, metric.key())));
  }

  /** Content of the zip. */
  public byte[] bytes(Configuration conf) {
    try (InputStream in = FileSystems.open(FileSystems.path(zip), conf)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw unreadable(zip, e);
    }
  }

  /** The network; the caller closes it. */
  public Network network(Configuration conf) {
    try {
      return Network.load(new ByteArrayInputStream(bytes(conf)));
    } catch (IOException e) {
      throw unreadable(zip, e);
    } catch (LongTailException e) {
      throw new LongTailException(e.code(), "%s: %s".formatted(zip, e.getMessage()), e);
    }
  }

  /** How an image is prepared for it; empty in files of earlier versions. */
  public Optional<Preprocessing> preprocessing(Configuration conf) {
    try (InputStream in = FileSystems.open(FileSystems.path(zip), conf)) {
      return ModelFile.preprocessing(in, zip);
    } catch (IOException e) {
      throw unreadable(zip, e);
    }
  }

  /** The names of its classes; empty for foreign models and in files of earlier versions. */
  public Optional<List<String>> classNames(Configuration conf) {
    if (checkpoint.isPresent()) {
      return checkpoint.map(c -> c.manifest().data().classNames());
    }
    try (InputStream in = FileSystems.open(FileSystems.path(zip), conf)) {
      return ModelFile.classNames(in);
    } catch (IOException e) {
      throw unreadable(zip, e);
    }
  }

  /** The name of the experiment, or of the file. */
  public String name() {
    return checkpoint
        .map(c -> c.manifest().name())
        .orElseGet(() -> FileSystems.path(zip).getName());
  }

  private static SavedModel of(Checkpoint checkpoint) {
    return new SavedModel(
        FileSystems.child(checkpoint.directory(), Checkpoint.MODEL).toString(),
        Optional.of(checkpoint));
  }

  private static LongTailException unreadable(String path, IOException cause) {
    return new LongTailException(
        ErrorCode.DATA, "reading the model %s: %s".formatted(path, cause.getMessage()), cause);
  }
}
