package longtail.train.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import longtail.LongTailException;
import longtail.dataset.Normalization;
import longtail.image.augment.CenterCrop;
import longtail.image.augment.Fit;
import longtail.image.augment.Preprocessing;
import longtail.image.augment.Resize;
import longtail.nn.Network;
import longtail.shard.ShardedDataset;
import longtail.train.PreparedToys;
import longtail.train.experiment.Cursor;
import longtail.train.experiment.Experiment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
  private static final String YAML =
      """
      name: toy
      model: {backbone: {type: cifar-resnet, depth: 8, width: 4}}
      stages: [{epochs: 9, batch-size: 8}]
      checkpoints: {keep: 2, best-metric: top1}
      """;

  @TempDir Path directory;
  private final Experiment experiment = parse(YAML);
  private ShardedDataset dataset;
  private Network network;
  private Checkpoints checkpoints;

  @BeforeEach
  void open() throws IOException {
    dataset = PreparedToys.write(directory, "toys", 8);
    network = experiment.network(dataset);
    checkpoints = checkpointsOf(experiment);
  }

  @AfterEach
  void close() {
    network.close();
  }

  @Test
  void aStateComesBackToTheBit() {
    TrainingState state = state(17);
    Checkpoint saved = checkpoints.save(state, network, experiment, dataset, 2, Map.of());
    Checkpoint found = checkpoints.latest().orElseThrow();
    assertThat(found.directory()).isEqualTo(saved.directory());
    assertThat(found.state()).isEqualTo(state);
    assertThat(found.experiment()).isEqualTo(experiment);
  }

  @Test
  void theManifestSaysWhatAModelMustKnow() {
    checkpoints.save(state(17), network, experiment, dataset, 2, Map.of("top1", 0.5));
    CheckpointManifest manifest = checkpoints.latest().orElseThrow().manifest();
    assertThat(manifest.name()).isEqualTo("toy");
    assertThat(manifest.workers()).isEqualTo(2);
    assertThat(manifest.metrics()).containsEntry("top1", 0.5);
    assertThat(manifest.data().classNames()).containsExactly("dark", "bright");
    assertThat(manifest.data().counts().toArray()).containsExactly(18, 6);
    assertThat(manifest.data().normalization()).isEqualTo(dataset.normalization());
    assertThat(manifest.data().fingerprint()).isEqualTo(dataset.fingerprint());
    assertThat(manifest.parts()).containsOnlyKeys("model.zip", "state.bin", "experiment.yaml");
  }

  @Test
  void aModelKnowsHowItsImagesArePrepared() {
    checkpoints.save(state(17), network, experiment, dataset, 2, Map.of());
    assertThat(saved(experiment).preprocessing(PreparedToys.CONF))
        .contains(
            new Preprocessing(
                List.of(Fit.of(8, 8, Fit.Mode.CROP)), Optional.of(dataset.normalization())));

    Experiment other =
        parse(
            YAML
                + "data: {normalization: cifar}\n"
                + "evaluation: {transforms: [{type: resize, size: 9}, {type: center-crop, size: 8}]}\n");
    checkpoints.save(state(18), network, other, dataset, 2, Map.of());
    assertThat(saved(other).preprocessing(PreparedToys.CONF))
        .contains(
            new Preprocessing(
                List.of(new Resize(9), new CenterCrop(8)), Optional.of(Normalization.cifar())));
    assertThat(checkpoints.latest().orElseThrow().manifest().data().normalization())
        .isEqualTo(Normalization.cifar());
    assertThat(other.pipeline(List.of(), dataset))
        .hasToString("8 x 8 pixels, normalised by " + Normalization.cifar().described());
  }

  private SavedModel saved(Experiment of) {
    return SavedModel.find(
        checkpointsOf(of).latest().orElseThrow().directory(),
        CheckpointChoice.LATEST,
        PreparedToys.CONF);
  }

  @Test
  void theNewestAndTheBestAreKept() {
    save(1, 0.3);
    save(2, 0.9);
    save(3, 0.9);
    save(4, 0.1);
    save(5, 0.2);
    assertThat(saved())
        .containsExactly("step-000000000002", "step-000000000004", "step-000000000005");
    assertThat(checkpoints.best().orElseThrow().manifest().iteration()).isEqualTo(2);
    assertThat(checkpoints.latest().orElseThrow().manifest().iteration()).isEqualTo(5);
  }

  @Test
  void withoutEvaluationsThereIsNoBest() {
    checkpoints.save(state(1), network, experiment, dataset, 1, Map.of());
    assertThat(checkpoints.best()).isEmpty();
  }

  @Test
  void noDirectoryMeansNoCheckpoint() {
    assertThat(checkpoints.latest()).isEmpty();
    assertThat(checkpoints.best()).isEmpty();
  }

  @Test
  void aHalfWrittenCheckpointDoesNotCount() throws IOException {
    save(1, 0.5);
    Path aside = root().resolve("_writing-step-000000000002");
    Files.createDirectories(aside);
    Files.writeString(aside.resolve("model.zip"), "half");
    Files.createDirectories(root().resolve("step-000000000003"));
    assertThat(checkpoints.latest().orElseThrow().manifest().iteration()).isEqualTo(1);

    save(2, 0.6);
    assertThat(checkpoints.latest().orElseThrow().manifest().iteration()).isEqualTo(2);
    assertThat(aside).doesNotExist();
  }

  @Test
  void aDamagedCheckpointIsPassedOver() throws IOException {
    save(1, 0.5);
    save(2, 0.9);
    Path model = root().resolve("step-000000000002/model.zip");
    byte[] bytes = Files.readAllBytes(model);
    bytes[bytes.length / 2] ^= 1;
    Files.write(model, bytes);
    assertThat(checkpoints.latest().orElseThrow().manifest().iteration()).isEqualTo(1);
    assertThat(checkpoints.best().orElseThrow().manifest().iteration()).isEqualTo(1);
    assertThatThrownBy(() -> Checkpoint.open(model.getParent().toString(), PreparedToys.CONF))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("model.zip")
        .hasMessageContaining("SHA-256");
  }

  @Test
  void aTruncatedStateIsPassedOver() throws IOException {
    save(1, 0.5);
    save(2, 0.9);
    Path state = root().resolve("step-000000000002/state.bin");
    Files.write(state, Arrays.copyOf(Files.readAllBytes(state), 40));
    assertThat(checkpoints.latest().orElseThrow().manifest().iteration()).isEqualTo(1);
  }

  @Test
  void savingTheSameStepAgainReplacesIt() {
    save(1, 0.5);
    save(1, 0.6);
    assertThat(saved()).containsExactly("step-000000000001");
    assertThat(checkpoints.best().orElseThrow().manifest().metrics()).containsEntry("top1", 0.6);
  }

  @Test
  void onlyTheSameRunGoesOn() throws IOException {
    save(1, 0.5);
    Checkpoint checkpoint = checkpoints.latest().orElseThrow();
    checkpoint.requireSameRun(parse(YAML + "evaluation: {every-epochs: 3}"), dataset);
    assertThatThrownBy(() -> checkpoint.requireSameRun(parse(YAML + "seed: 3"), dataset))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("seed was 42, is 3");
    ShardedDataset other = PreparedToys.write(directory, "others", 9);
    assertThatThrownBy(() -> checkpoint.requireSameRun(experiment, other))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("fingerprint");
  }

  private void save(long iteration, double top1) {
    checkpoints.save(state(iteration), network, experiment, dataset, 1, Map.of("top1", top1));
  }

  private TrainingState state(long iteration) {
    float[] parameters = new float[(int) network.parameters().length()];
    float[] optimizer = new float[parameters.length];
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] = (float) Math.sin((double) (i + iteration));
      optimizer[i] = (float) Math.cos(i) * 1e-30f;
    }
    return TrainingState.of(
        new Cursor(0, 2, 1),
        iteration,
        FlatVector.of(parameters),
        FlatVector.of(optimizer),
        new byte[] {1, 2, 3},
        0.75);
  }

  private Path root() {
    return directory.resolve("run");
  }

  private Checkpoints checkpointsOf(Experiment of) {
    return Checkpoints.of(root().toString(), of.checkpoints(), PreparedToys.CONF);
  }

  private List<String> saved() {
    try (Stream<Path> all = Files.list(root())) {
      return all.map(path -> path.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Experiment parse(String text) {
    return Experiment.parse(text, "test", List.of());
  }
}
