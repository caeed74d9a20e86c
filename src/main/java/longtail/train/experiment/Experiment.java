package longtail.train.experiment;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.config.Default;
import longtail.config.Ranges;
import longtail.config.Yaml;
import longtail.dataset.ClassMapping;
import longtail.dataset.Normalization;
import longtail.image.augment.Fit;
import longtail.image.augment.Pipeline;
import longtail.image.augment.Preprocessing;
import longtail.image.augment.SizeTransform;
import longtail.image.augment.Transform;
import longtail.nn.Network;
import longtail.nn.graph.Architecture;
import longtail.nn.head.MetaEmbeddingHead;
import longtail.shard.ShardedDataset;
import org.apache.hadoop.conf.Configuration;

/**
 * One run: everything that decides its result, and how it is logged and saved.
 *
 * @param name name of the run
 * @param seed seed of every random draw
 * @param data what is trained on
 * @param model the network
 * @param stages what is done, in order; at least one
 * @param averaging when the workers' results are merged
 * @param checkpoints when checkpoints are saved
 * @param evaluation how the model is scored meanwhile
 * @param loading how the images are read
 * @param tensorboard whether curves and confusion matrices are also written as an event file of
 *     TensorBoard, into the output directory
 * @param tracking where else the run is told of
 * @param published the figures of the publication that the recipe is from; training ignores them
 */
public record Experiment(
    String name,
    @Default("42") long seed,
    @Default("{}") DataPlan data,
    @Default("{}") Model model,
    List<Stage> stages,
    @Default("{}") Averaging averaging,
    @Default("{}") CheckpointPlan checkpoints,
    @Default("{}") EvaluationPlan evaluation,
    @Default("{}") Loading loading,
    @Default("true") boolean tensorboard,
    @Default("{}") Tracking tracking,
    Optional<Published> published) {
  /** Checks that there are stages, that their names differ, and that the head suits them. */
  public Experiment {
    Ranges.notBlank("name", name);
    if (stages.isEmpty()) {
      throw new IllegalArgumentException("stages must not be empty");
    }
    Set<String> names = new HashSet<>();
    for (Stage stage : stages) {
      if (!names.add(stage.name())) {
        throw new IllegalArgumentException(
            "stages must have different names, two are called '" + stage.name() + "'");
      }
      if (names.size() == 1 && stage.from() == Stage.From.BEST) {
        throw new IllegalArgumentException(
            "stages.0.from must be last, for there is no checkpoint before the first stage, was best");
      }
      stage.method().requireHead(model.head());
      stage.method().requireBackbone(model.backbone());
      stage.method().requireMaps(model.precision().maps());
      if (stage.reinitialize() == Stage.Reinitialize.CENTROIDS
          && !(model.head() instanceof MetaEmbeddingHead)) {
        throw new IllegalArgumentException(
            "model.head must be meta-embedding for reinitialize: centroids, was " + model.head());
      }
    }
    stages = List.copyOf(stages);
  }

  /**
   * Reads an experiment file. One that names another file as its {@code base} says only what
   * differs from it, see {@link Yaml#change}; {@code name} and {@code published} are its own. Of a
   * file {@code mixup.yaml} the variant {@code if50} is read as {@code mixup-if50.yaml}.
   *
   * @param overrides assignments such as {@code stages.0.optimizer.lr=0.05}, applied in order to
   *     the whole that results
   * @throws LongTailException (CONFIG) naming the file and the key at fault
   */
  public static Experiment load(String path, List<String> overrides, Configuration conf) {
    ExperimentFile file = ExperimentFile.read(path, conf);
    return bind(file.tree(), file.source(), overrides);
  }

  /**
   * Files as which {@link #load} reads the {@code variants} of {@code path}, in its order: of
   * {@code mixup.yaml} with a variant {@code if50}, {@code mixup-if50.yaml}, whether it is there or
   * not.
   *
   * @throws LongTailException (CONFIG) if the file cannot be read
   */
  public static List<String> variants(String path, Configuration conf) {
    return ExperimentFile.variants(path, conf);
  }

  /** The file as which {@link #load} reads {@code variant} of the recipe {@code path}. */
  public static String variant(String path, String variant) {
    return Variant.file(path, variant);
  }

  /**
   * Reads a whole experiment from YAML {@code text}; {@code source} names it in messages.
   *
   * @throws LongTailException (CONFIG) naming the source and the key at fault
   */
  public static Experiment parse(String text, String source, List<String> overrides) {
    return bind(Yaml.tree(text, source), source, overrides);
  }

  private static Experiment bind(Map<String, Object> tree, String source, List<String> overrides) {
    overrides.forEach(assignment -> Yaml.override(tree, assignment));
    return Yaml.bind(tree, source, Experiment.class);
  }

  /** The first stage that depends on validations, if there is one. */
  public Optional<Stage> followingValidation() {
    return stages.stream().filter(Stage::followsValidation).findFirst();
  }

  /** Normalisation of the pixels for a network that is trained on {@code dataset}. */
  public Normalization normalization(ShardedDataset dataset) {
    return data.normalization().orElseGet(dataset::normalization);
  }

  /** What {@code transforms} make of an image for a network that is trained on {@code dataset}. */
  public Pipeline pipeline(List<Transform> transforms, ShardedDataset dataset) {
    InputSize size = InputSize.of(dataset.samples(), data.transforms());
    return Pipeline.of(transforms, normalization(dataset), size.height(), size.width());
  }

  /** How an image is prepared when a network is evaluated that is trained on {@code dataset}. */
  public Preprocessing preprocessing(ShardedDataset dataset) {
    InputSize size = InputSize.of(dataset.samples(), data.transforms());
    List<SizeTransform> fit = List.of(Fit.of(size.height(), size.width(), Fit.Mode.CROP));
    return new Preprocessing(
        evaluation.transforms().orElse(fit), Optional.of(normalization(dataset)));
  }

  /** What the network is made of for {@code dataset}: its classes and its transformed images. */
  public Architecture architecture(ShardedDataset dataset) {
    InputSize size = InputSize.of(dataset.samples(), data.transforms());
    return new Architecture(
        model.backbone(), model.head(), dataset.counts().classes(), size.height(), size.width());
  }

  /**
   * What a process needs at least that has {@code here} of {@code workers} workers on {@code
   * dataset}.
   */
  public MemoryEstimate memory(ShardedDataset dataset, int workers, int here) {
    return MemoryEstimate.of(this, architecture(dataset), dataset.samples().size(), workers, here);
  }

  /** The same as far as it is known without a dataset: for images of 32 pixels, and one class. */
  public MemoryEstimate leastMemory() {
    Architecture smallest = new Architecture(model.backbone(), model.head(), 1, 32, 32);
    return MemoryEstimate.of(this, smallest, Integer.MAX_VALUE, 1, 1);
  }

  /**
   * The network for {@code dataset} as the run begins; the caller closes it.
   *
   * @throws LongTailException (CONFIG) if a stage freezes layers that it does not have
   */
  public Network network(ShardedDataset dataset) {
    Network network = model.precision().network(architecture(dataset), seed);
    try {
      stages.forEach(stage -> stage.freeze().check(network.layout()));
    } catch (LongTailException e) {
      network.close();
      throw e;
    }
    network.recompute(model.recompute());
    if (model.dropout() > 0) {
      network.dropFeatures(model.dropout());
    }
    return network;
  }

  /**
   * The meta set that belongs to the training set in {@code training}; empty if no stage needs one.
   *
   * @param classNames classes of the training set, under which the meta set is seen
   * @throws LongTailException (DATA) when it is not there, (CONFIG) when it has images of other
   *     classes
   */
  public Optional<ShardedDataset> metaSet(
      String training, List<String> classNames, Configuration conf) {
    Optional<Stage> asking = stages.stream().filter(Stage::needsMeta).findFirst();
    return asking.map(
        stage ->
            metaSet(stage, data.metaOf(training), conf)
                .underClasses(classNames, "the training set " + training));
  }

  private static ShardedDataset metaSet(Stage stage, String directory, Configuration conf) {
    try {
      return ShardedDataset.open(directory, conf);
    } catch (LongTailException e) {
      throw new LongTailException(
          ErrorCode.DATA,
          "stage '%s' learns from a meta set: %s; prepare the training set with --meta-per-class, or name a prepared meta set with data.meta"
              .formatted(stage.name(), e.getMessage()),
          e);
    }
  }

  /**
   * The generated images that the run trains on beside those of {@code training}; empty if none are
   * named.
   *
   * @throws LongTailException (DATA) when they are not there, (CONFIG) when they do not fit {@code
   *     training} or no stage would draw one
   */
  public Optional<ShardedDataset> generatedSet(ShardedDataset training, Configuration conf) {
    Optional<ShardedDataset> set =
        data.generated().map(directory -> ShardedDataset.open(directory, conf));
    set.ifPresent(generated -> requireUseful(generated, training));
    return set;
  }

  private void requireUseful(ShardedDataset generated, ShardedDataset training) {
    ClassMapping.requireSame(
        generated.classNames(),
        "data.generated " + generated.directory(),
        training.classNames(),
        "the training set " + training.directory());
    if (generated.shards() > training.shards()) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "data.generated: %s has %d shards and the training set %s has %d: generate them from this training set"
              .formatted(
                  generated.directory(),
                  generated.shards(),
                  training.directory(),
                  training.shards()));
    }
    if (stages.stream().noneMatch(Stage::drawsClasses)) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "data.generated: no stage would draw an image of %s, for generated images are only drawn class first; choose another sampler than instance, such as class-balanced, or leave data.generated out"
              .formatted(generated.directory()));
    }
  }

  /** The effective experiment, defaults included, as YAML that reads back to an equal one. */
  public String yaml() {
    return Yaml.write(this);
  }
}
