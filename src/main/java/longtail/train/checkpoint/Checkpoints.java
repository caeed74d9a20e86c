package longtail.train.checkpoint;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.Versions;
import longtail.dataset.FileSystems;
import longtail.nn.Network;
import longtail.shard.ShardedDataset;
import longtail.train.experiment.CheckpointPlan;
import longtail.train.experiment.Experiment;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of a run, in a directory of any Hadoop file system.
 *
 * <p>A checkpoint is written to a directory aside, its manifest last, and renamed: whatever
 * interrupts the program, a directory of a checkpoint's name is a whole checkpoint. One that was
 * damaged later is recognised by its digests and passed over.
 */
public final class Checkpoints {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
  private static final String PREFIX = "step-";
  private static final String ASIDE = "_writing-";

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
    Path target = FileSystems.child(directory, "%s%012d".formatted(PREFIX, state.iteration()));
    Path aside = FileSystems.child(directory, ASIDE + target.getName());
    FlatVector model = state.model(experiment);
    model.copyTo(network.parameters());
    try {
      files.delete(aside, true);
      files.mkdirs(aside);
      Map<String, CheckpointManifest.Part> parts = new TreeMap<>();
      parts.put(
          Checkpoint.MODEL,
          write(
              aside,
              Checkpoint.MODEL,
              out -> ModelFile.write(network, experiment.preprocessing(dataset), out)));
      parts.put(
          Checkpoint.STATE, write(aside, Checkpoint.STATE, out -> StateFile.write(state, out)));
      if (!model.equals(state.parameters())) {
        parts.put(
            Checkpoint.PARAMETERS,
            write(aside, Checkpoint.PARAMETERS, out -> StateFile.write(state.parameters(), out)));
      }
      parts.put(
          Checkpoint.EXPERIMENT, write(aside, Checkpoint.EXPERIMENT, text(experiment.yaml())));
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
      write(aside, Checkpoint.MANIFEST, text(manifest.json()));
      files.delete(target, true);
      if (!files.rename(aside, target)) {
        throw new IOException("the file system did not rename " + aside);
      }
      prune();
    } catch (IOException e) {
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
    return firstWhole(
        bestFirst(newestFirst()).stream().map(c -> FileSystems.path(c.directory())).toList());
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

  private void prune() throws IOException {
    List<Path> all = newestFirst();
    for (Path abandoned : directories(ASIDE)) {
      files.delete(abandoned, true);
    }
    Set<Path> kept = new HashSet<>(all.subList(0, Math.min(plan.keep(), all.size())));
    bestFirst(all).stream()
        .findFirst()
        .map(c -> FileSystems.path(c.directory()))
        .ifPresent(kept::add);
    for (Path checkpoint : all) {
      if (!kept.contains(checkpoint)) {
        files.delete(checkpoint, true);
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

  private List<Path> newestFirst() {
    List<Path> newestFirst = new ArrayList<>(directories(PREFIX));
    newestFirst.sort(Comparator.comparing(Path::getName).reversed());
    return newestFirst;
  }

  private List<Path> directories(String prefix) {
    try {
      if (!files.exists(directory)) {
        return List.of();
      }
      return Arrays.stream(files.listStatus(directory))
          .filter(FileStatus::isDirectory)
          .map(FileStatus::getPath)
          .filter(path -> path.getName().startsWith(prefix))
          .toList();
    } catch (IOException e) {
      throw failure("list", directory, e);
    }
  }

  private interface Writing {
    void to(OutputStream out) throws IOException;
  }

  private static Writing text(String text) {
    return out -> out.write(text.getBytes(StandardCharsets.UTF_8));
  }

  private CheckpointManifest.Part write(Path parent, String name, Writing writing)
      throws IOException {
    try (FSDataOutputStream file = files.create(FileSystems.child(parent, name), true)) {
      DigestOutputStream digested = new DigestOutputStream(file, Checkpoint.sha256());
      writing.to(digested);
      digested.flush();
      return new CheckpointManifest.Part(
          file.getPos(), Checkpoint.hex(digested.getMessageDigest()));
    }
  }

  private static LongTailException failure(String what, Path path, IOException cause) {
    return new LongTailException(
        ErrorCode.TRAINING,
        "cannot %s checkpoint %s: %s; check space and permissions, then run the command again"
            .formatted(what, path, cause.getMessage()),
        cause);
  }
}
