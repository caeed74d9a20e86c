package longtail.train.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.shard.ShardedDataset;
import longtail.train.PreparedToys;
import longtail.train.experiment.MemoryEstimate.Room;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryEstimateTest {
  private static final double GIBIBYTE = 1L << 30;
  private static final Room USUAL = new Room(3 * GIBIBYTE, 4 * GIBIBYTE);

  @TempDir Path directory;

  private static Experiment experiment(String changes) {
    return Experiment.parse(
        "name: a\nmodel: {backbone: resnet32}\nstages: [{epochs: 9, batch-size: 8}]",
        "a.yaml",
        changes.isEmpty() ? List.of() : List.of(changes.split(" ")));
  }

  @Test
  void aUsualExperimentFitsAndSaysWhatItNeeds() {
    MemoryEstimate estimate = experiment("stages.0.batch-size=128").leastMemory();
    assertThatCode(() -> estimate.require(USUAL)).doesNotThrowAnyException();
    assertThat(estimate.images()).isEqualTo(128);
    assertThat(estimate.toString()).contains("GiB", "parameters", "128 images");
    // 31 convolutions of 16 x 32 x 32, 32 x 16 x 16 and 64 x 8 x 8 numbers and the images
    assertThat(estimate.offHeap()).isBetween(0.12 * GIBIBYTE, 0.2 * GIBIBYTE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model.backbone.type=cifar-resnet model.backbone.depth=200000",
        "model.backbone.type=cifar-resnet model.backbone.depth=2147483642",
        "model.backbone.width=65536",
        "stages.0.batch-size=100000",
        "stages.0.batch-size=2147483647",
        "loading.ahead=2147483647"
      })
  void whatCannotFitIsRefusedWithTheEstimate(String changes) {
    MemoryEstimate estimate = experiment(changes).leastMemory();
    assertThatThrownBy(() -> estimate.require(USUAL))
        .isInstanceOfSatisfying(
            LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG))
        .hasMessageContaining("GiB")
        .hasMessageContaining("take a smaller network");
  }

  @Test
  void aBackboneThatRestsNeedsNoMaps() {
    String large = "stages.0.batch-size=20000";
    assertThat(experiment(large + " stages.0.freeze=backbone").leastMemory().offHeap())
        .isLessThan(experiment(large).leastMemory().offHeap() / 10);
  }

  @Test
  void workersOfOtherProcessesDoNotCount() throws IOException {
    ShardedDataset toys = PreparedToys.write(directory, "toys", 8);
    Experiment experiment = experiment("");
    MemoryEstimate all = experiment.memory(toys, 4, 4);
    MemoryEstimate one = experiment.memory(toys, 4, 1);
    assertThat(all.images()).isEqualTo(8);
    assertThat(one.images()).isEqualTo(2);
    assertThat(all.offHeap()).isEqualTo(4 * one.offHeap());
  }

  static Stream<String> absurdValues() {
    return Stream.of(
        "data.transforms=[{type: resize, size: 100000}]",
        "data.transforms=[{type: center-crop, size: 2147483647}]",
        "data.transforms=[{type: pad-crop, padding: 2000000000}]",
        "data.transforms=[{type: pad-crop, size: 2000000000}]",
        "data.transforms=[{type: random-resized-crop, size: 100000}]",
        "data.transforms=[{type: cutout, length: 2000000000}]",
        "data.transforms=[{type: cutout, holes: 2000000000}]",
        "data.transforms=[{type: gaussian-blur, sigma: [1, 1.0e+9]}]",
        "data.transforms=[{type: kernel-blur, kernel: 1000000001}]",
        "data.transforms=[{type: rand-augment, config: rand-n2000000000}]",
        "model.backbone={type: cifar-resnet, depth: 8, width: 2147483644}",
        "model.backbone={type: resnext, depth: 50, groups: 65536, group-width: 65536}");
  }

  @ParameterizedTest
  @MethodSource
  void absurdValues(String change) {
    assertThatThrownBy(
            () -> Experiment.parse("name: a\nstages: [{epochs: 9}]", "a.yaml", List.of(change)))
        .isInstanceOfSatisfying(
            LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG))
        .hasMessageContaining("must be at most");
  }
}
