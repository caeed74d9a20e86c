package longtail.train.checkpoint;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.nn.Network;
import longtail.shard.ShardedDataset;
import longtail.storage.FileDigest;
import longtail.storage.FileSystems;
import longtail.train.experiment.CheckpointPlan;
import longtail.train.experiment.Experiment;
import longtail.train.experiment.ExperimentDifference;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A complete checkpoint: a directory with the model, the rest of the training state, the effective
 * experiment, and the manifest that says so.
 */
public final class Checkpoint {
  static final String MANIFEST = "checkpoint.json";

  /** Deeplearning4j's model zip. */
  static final String MODEL = "model.zip";

  /** See {@link StateFile}. */
  static final String STATE = "state.bin";

  /** The parameters that training goes on with, where they are not those of the model. */
  static final String PARAMETERS = "parameters.bin";

  static final String EXPERIMENT = "experiment.yaml";

  private final Path directory;
  private final CheckpointManifest manifest;
  private final Configuration conf;

  private Checkpoint(Path directory, CheckpointManifest manifest, Configuration conf) {
    this.directory = directory;
    this.manifest = manifest;
    this.conf = conf;
  }

  /**
   * Opens the checkpoint {@code directory} and checks the digests of its files.
   *
   * @throws LongTailException (DATA) saying what is missing or damaged
   */
  public static Checkpoint open(String directory, Configuration conf) {
    Checkpoint checkpoint = peek(FileSystems.path(directory), conf);
    checkpoint.manifest.parts().forEach(checkpoint::verify);
    return checkpoint;
  }

  /** Opens {@code directory} by its manifest alone. */
  static Checkpoint peek(Path directory, Configuration conf) {
    try (InputStream in = FileSystems.open(FileSystems.child(directory, MANIFEST), conf)) {
      String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return new Checkpoint(directory, CheckpointManifest.parse(json), conf);
    } catch (IOException e) {
      throw damaged(directory, MANIFEST, e.getMessage(), e);
    }
  }

  /** Where it lies. */
  public String directory() {
    return directory.toString();
  }

  /** What it says of itself. */
  public CheckpointManifest manifest() {
    return manifest;
  }

  /** The effective experiment of the run. */
  public Experiment experiment() {
    return read(
        EXPERIMENT,
        in ->
            Experiment.parse(
                new String(in.readAllBytes(), StandardCharsets.UTF_8),
                FileSystems.child(directory, EXPERIMENT).toString(),
                List.of()));
  }

  /** The model; the caller closes it. */
  public Network network() {
    return read(MODEL, Network::load);
  }

  /** The state from which the run goes on. */
  public TrainingState state() {
    FlatVector parameters = parameters();
    return read(STATE, in -> StateFile.read(in, parameters));
  }

  /** The parameters of the model. */
  public FlatVector model() {
    try (Network network = network()) {
      return FlatVector.copyOf(network.memory().host(network.parameters()));
    }
  }

  private FlatVector parameters() {
    FlatVector model = model();
    if (!manifest.parts().containsKey(PARAMETERS)) {
      return model;
    }
    FlatVector parameters = read(PARAMETERS, StateFile::readParameters);
    if (parameters.length() != model.length() || parameters.type() != model.type()) {
      throw damaged(
          directory, PARAMETERS, "it holds %s, the model %s".formatted(parameters, model), null);
    }
    return parameters;
  }

  /** The validation figure {@code metric}, if the model was evaluated. */
  public Optional<Double> metric(CheckpointPlan.Metric metric) {
    return Optional.ofNullable(manifest.metrics().get(metric.key()));
  }

  /**
   * Refuses to go on with another experiment or dataset than those of the checkpoint. How often
   * checkpoints and evaluations are made, and how images are read, may differ.
   *
   * @throws LongTailException (CONFIG) naming what differs
   */
  public void requireSameRun(Experiment experiment, ShardedDataset dataset) {
    requireSameRun(experiment, dataset, Set.of());
  }

  /** The same, where the keys {@code free} of the experiment may differ too. */
  public void requireSameRun(Experiment experiment, ShardedDataset dataset, Set<String> free) {
    Map<String, String> differences = ExperimentDifference.between(experiment(), experiment);
    differences.keySet().removeAll(free);
    if (!differences.isEmpty()) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "cannot resume from %s: %s; set it back, or choose another output directory"
              .formatted(directory, String.join("; ", differences.values())));
    }
    if (!manifest.data().fingerprint().equals(dataset.fingerprint())) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "cannot resume from %s: it was trained on dataset '%s' with fingerprint %s, %s has %s; give the same dataset, or choose another output directory"
              .formatted(
                  directory,
                  manifest.data().dataset(),
                  manifest.data().fingerprint(),
                  dataset.directory(),
                  dataset.fingerprint()));
    }
  }

  private void verify(String name, CheckpointManifest.Part expected) {
    CheckpointManifest.Part found =
        read(
            name,
            in -> {
              FileDigest whole = FileDigest.of(in);
              return new CheckpointManifest.Part(whole.bytes(), whole.sha256());
            });
    if (!found.equals(expected)) {
      throw damaged(
          directory,
          name,
          "%d bytes with SHA-256 %s, expected %d with %s"
              .formatted(found.bytes(), found.sha256(), expected.bytes(), expected.sha256()),
          null);
    }
  }

  private interface Reading<T> {
    T from(InputStream in) throws IOException;
  }

  private <T> T read(String name, Reading<T> reading) {
    Path file = FileSystems.child(directory, name);
    try {
      FileSystem files = FileSystems.of(file, conf);
      try (InputStream in = files.open(file, 1 << 16)) {
        return reading.from(in);
      }
    } catch (EOFException e) {
      throw damaged(directory, name, "it ends early", e);
    } catch (IOException e) {
      throw damaged(directory, name, e.getMessage(), e);
    }
  }

  private static LongTailException damaged(
      Path directory, String name, String problem, Throwable cause) {
    return new LongTailException(
        ErrorCode.DATA,
        "cannot read %s of checkpoint %s: %s; use another checkpoint"
            .formatted(name, directory, problem),
        cause);
  }
}
