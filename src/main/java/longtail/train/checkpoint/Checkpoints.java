package longtail.train.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.Versions;
import longtail.nn.Network;
import longtail.shard.ShardedDataset;
import longtail.storage.CommittedFile;
import longtail.storage.FileDigest;
import longtail.storage.FileSystems;
import longtail.storage.StorageFailure;
import longtail.train.experiment.CheckpointPlan;
import longtail.train.experiment.Experiment;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of a run, in a directory of any Hadoop file system.
 *
 * <p>A checkpoint is written at its final place, its manifest last, which holds length and digest
 * of every other file: whatever interrupts the program, a directory with a manifest is a whole
 * checkpoint, and one without does not count. One that was damaged later is recognised by its
 * digests and passed over. Only the run that has the output directory writes here.
 */
public final class Checkpoints {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
  private static final String PREFIX = "step-";

  private final Path directory;
  private final CheckpointPlan plan;
  private final Configuration conf;
  private final FileSystem files;

  private Checkpoints(Path directory, CheckpointPlan plan, Configuration conf, FileSystem files) {
    this.directory = directory;
    this.plan = plan;
    this.conf = conf;
    this.files = files;
  }

  /** The checkpoints below {@code directory}, which need not exist yet. */
  public static Checkpoints of(String directory, CheckpointPlan plan, Configuration conf) {
    Path path = FileSystems.path(directory);
    try {
      FileSystem files = FileSystems.of(path, conf);
      return new Checkpoints(files.makeQualified(path), plan, conf, files);
    } catch (IOException e) {
      throw failure("open", path, e);
    }
  }

  /**
   * Saves {@code state} and drops the checkpoints that are neither among the newest nor the best.
   *
   * @param network a network of the run; it takes over the model of {@code state}
   * @param workers number of workers of the run
   * @param metrics figures of the evaluation of this very state by {@link
   *     CheckpointPlan.Metric#key}; empty if there was none
   */
  public Checkpoint save(
      TrainingState state,
      Network network,
      Experiment experiment,
      ShardedDataset dataset,
      int workers,
      Map<String, Double> metrics) {
    Path target =
        FileSystems.child(
            directory, String.format(Locale.ROOT, "%s%012d", PREFIX, state.iteration()));
    FlatVector model = state.model(experiment);
    network.memory().change(network.parameters(), model::copyTo);
    try {
      remove(target);
      Map<String, CheckpointManifest.Part> parts = new TreeMap<>();
      parts.put(
          Checkpoint.MODEL,
          write(
              target,
              Checkpoint.MODEL,
              out ->
                  ModelFile.write(
                      network, experiment.preprocessing(dataset), dataset.classNames(), out)));
      parts.put(
          Checkpoint.STATE, write(target, Checkpoint.STATE, out -> StateFile.write(state, out)));
      if (!model.equals(state.parameters())) {
        parts.put(
            Checkpoint.PARAMETERS,
            write(target, Checkpoint.PARAMETERS, out -> StateFile.write(state.parameters(), out)));
      }
      parts.put(
          Checkpoint.EXPERIMENT, write(target, Checkpoint.EXPERIMENT, text(experiment.yaml())));
      CheckpointManifest manifest =
          new CheckpointManifest(
              CheckpointManifest.FORMAT_VERSION,
              experiment.name(),
              state.cursor(),
              state.iteration(),
              metrics,
              experiment.seed(),
              workers,
              CheckpointManifest.TrainingData.of(dataset, experiment.normalization(dataset)),
              Versions.all(),
              parts);
      CommittedFile.write(manifestOf(target), manifest.json(), conf);
      prune();
    } catch (IOException e) {
      removeCutOff(target, e);
      throw failure("write", target, e);
    }
    return Checkpoint.peek(target, conf);
  }

  /** The newest checkpoint that is whole; damaged ones are reported and passed over. */
  public Optional<Checkpoint> latest() {
    return firstWhole(newestFirst());
  }

  /**
   * The whole checkpoint with the most of the plan's metric, the earliest of equals; empty when
   * none was evaluated.
   */
  public Optional<Checkpoint> best() {
    return bestUntil(Long.MAX_VALUE);
  }

  /** The same among those of at most {@code iteration} steps. */
  public Optional<Checkpoint> bestUntil(long iteration) {
    return firstWhole(
        bestFirst(newestFirst()).stream()
            .filter(checkpoint -> checkpoint.manifest().iteration() <= iteration)
            .map(checkpoint -> FileSystems.path(checkpoint.directory()))
            .toList());
  }

  private Optional<Checkpoint> firstWhole(List<Path> candidates) {
    for (Path candidate : candidates) {
      try {
        return Optional.of(Checkpoint.open(candidate.toString(), conf));
      } catch (LongTailException e) {
        LOG.warn("Passing over a damaged checkpoint: {}", e.getMessage());
      }
    }
    return Optional.empty();
  }

  private static Path manifestOf(Path checkpoint) {
    return FileSystems.child(checkpoint, Checkpoint.MANIFEST);
  }

  /** The manifest goes first, so that what is left of a removal that is cut off does not count. */
  private void remove(Path checkpoint) throws IOException {
    files.delete(manifestOf(checkpoint), false);
    files.delete(checkpoint, true);
  }

  /** Gives its space back, which may be what is lacking. */
  private void removeCutOff(Path checkpoint, IOException why) {
    try {
      if (!files.exists(manifestOf(checkpoint))) {
        files.delete(checkpoint, true);
      }
    } catch (IOException e) {
      why.addSuppressed(e);
    }
  }

  private void prune() throws IOException {
    List<Path> all = newestFirst();
    for (Path entry : directories()) {
      boolean cutOff = entry.getName().startsWith(PREFIX) && !all.contains(entry);
      if (cutOff || CommittedFile.isAbandoned(entry)) {
        remove(entry);
      }
    }
    Set<Path> kept = new HashSet<>(all.subList(0, Math.min(plan.keep(), all.size())));
    bestFirst(all).stream()
        .findFirst()
        .map(c -> FileSystems.path(c.directory()))
        .ifPresent(kept::add);
    for (Path checkpoint : all) {
      if (!kept.contains(checkpoint)) {
        remove(checkpoint);
      }
    }
  }

  private List<Checkpoint> bestFirst(List<Path> newestFirst) {
    List<Checkpoint> evaluated = new ArrayList<>();
    for (Path path : newestFirst) {
      readable(path).filter(c -> c.metric(plan.bestMetric()).isPresent()).ifPresent(evaluated::add);
    }
    evaluated.sort(
        Comparator.comparing((Checkpoint c) -> c.metric(plan.bestMetric()).orElseThrow())
            .reversed()
            .thenComparing(c -> c.manifest().iteration()));
    return evaluated;
  }

  private Optional<Checkpoint> readable(Path path) {
    try {
      return Optional.of(Checkpoint.peek(path, conf));
    } catch (LongTailException e) {
      LOG.warn("Passing over a damaged checkpoint: {}", e.getMessage());
      return Optional.empty();
    }
  }

  /** Those with a manifest. */
  private List<Path> newestFirst() {
    List<Path> newestFirst = new ArrayList<>();
    try {
      for (Path entry : directories()) {
        if (entry.getName().startsWith(PREFIX) && files.exists(manifestOf(entry))) {
          newestFirst.add(entry);
        }
      }
    } catch (IOException e) {
      throw failure("list", directory, e);
    }
    newestFirst.sort(Comparator.comparing(Path::getName).reversed());
    return newestFirst;
  }

  /** Whether something lies here that was, or was to become, a checkpoint. */
  public boolean begun() {
    return !directories().isEmpty();
  }

  /** Whether the run in {@code output} has one to go on from, as far as the manifests say. */
  public static boolean anyBelow(String output) {
    CheckpointPlan any =
        new CheckpointPlan(1, Optional.empty(), 1, CheckpointPlan.Metric.MEAN_CLASS_ACCURACY);
    return !of(output + "/checkpoints", any, new Configuration()).newestFirst().isEmpty();
  }

  private List<Path> directories() {
    try {
      if (!files.exists(directory)) {
        return List.of();
      }
      return Arrays.stream(files.listStatus(directory))
          .filter(FileStatus::isDirectory)
          .map(FileStatus::getPath)
          .toList();
    } catch (IOException e) {
      throw failure("list", directory, e);
    }
  }

  private static CommittedFile.Content text(String text) {
    return out -> out.write(text.getBytes(StandardCharsets.UTF_8));
  }

  private CheckpointManifest.Part write(Path parent, String name, CommittedFile.Content content)
      throws IOException {
    FileDigest written = FileDigest.write(FileSystems.child(parent, name), content, conf);
    return new CheckpointManifest.Part(written.bytes(), written.sha256());
  }

  private static LongTailException failure(String what, Path path, IOException cause) {
    return StorageFailure.of(
        ErrorCode.TRAINING, "cannot %s checkpoint".formatted(what), path, cause);
  }
}
