package longtail.nn;

import static longtail.nn.TestNetworks.CLASSES;
import static longtail.nn.TestNetworks.assertClose;
import static longtail.nn.TestNetworks.block;
import static longtail.nn.TestNetworks.distance;
import static longtail.nn.TestNetworks.images;
import static longtail.nn.TestNetworks.normal;
import static longtail.nn.TestNetworks.part;
import static longtail.nn.TestNetworks.small;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import longtail.Bits;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.layer.Mode;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The passes of a network: what they compute, what they move, and what they cost. */
class NetworkTest {
  @Test
  void bothKernelSetsGiveTheSameNetwork() {
    try (Network exact = small(DataType.DOUBLE);
        Network single = small(DataType.FLOAT)) {
      assertThat(exact.kernels()).isEqualTo("nd4j");
      exact.parameters().assign(single.parameters().castTo(DataType.DOUBLE));
      INDArray x = images(DataType.FLOAT, 6);
      INDArray gradLogits = normal(4, DataType.FLOAT, 6, CLASSES);
      Activations a = single.forward(x, Mode.TRAIN);
      Activations b = exact.forward(x.castTo(DataType.DOUBLE), Mode.TRAIN);
      assertClose(a.features(), b.features());
      assertClose(a.logits(), b.logits());
      single.backward(gradLogits);
      exact.backward(gradLogits.castTo(DataType.DOUBLE));
      assertClose(single.gradients(), exact.gradients());
      assertClose(single.parameters(), exact.parameters());
    }
  }

  @Test
  void onlyTrainingMovesTheRunningStatistics() {
    try (Network network = small(DataType.FLOAT)) {
      INDArray before = network.parameters().dup();
      INDArray x = images(DataType.FLOAT, 4);
      for (Mode mode : List.of(Mode.BATCH_STATISTICS, Mode.RUNNING_STATISTICS, Mode.EVAL)) {
        network.forward(x, mode);
        assertThat(Bits.of(network.parameters())).isEqualTo(Bits.of(before));
      }
      network.forward(x, Mode.TRAIN);
      INDArray moved = network.parameters().sub(before);
      for (ParameterBlock block : network.layout()) {
        assertThat(part(moved, block).amaxNumber().doubleValue() > 0)
            .as(block.name())
            .isEqualTo(!block.trainable());
      }
    }
  }

  @Test
  void evaluationDoesNotDependOnTheBatch() {
    try (Network network = small(DataType.FLOAT)) {
      network.forward(images(DataType.FLOAT, 8), Mode.TRAIN);
      INDArray x = images(DataType.FLOAT, 7);
      INDArray all = network.forward(x, Mode.EVAL).logits().dup();
      INDArray part =
          network.forward(x.get(NDArrayIndex.interval(0, 3)).dup('c'), Mode.EVAL).logits().dup();
      assertClose(part, all.get(NDArrayIndex.interval(0, 3)).castTo(DataType.DOUBLE));
      assertThat(Bits.of(network.forward(x, Mode.EVAL).logits())).isEqualTo(Bits.of(all));
    }
  }

  @Test
  void batchSizesMayAlternate() {
    try (Network network = small(DataType.FLOAT);
        Network fresh = small(DataType.FLOAT)) {
      for (long batch : new long[] {4, 9, 4, 16, 2, 4}) {
        network.forward(images(DataType.FLOAT, batch), Mode.BATCH_STATISTICS);
        network.backward(normal(6, DataType.FLOAT, batch, CLASSES));
      }
      fresh.forward(images(DataType.FLOAT, 4), Mode.BATCH_STATISTICS);
      fresh.backward(normal(6, DataType.FLOAT, 4, CLASSES));
      assertThat(Bits.of(network.gradients())).isEqualTo(Bits.of(fresh.gradients()));
    }
  }

  @Test
  void aFrozenBackboneHasNoGradientsAndTheHeadKeepsItsOwn() {
    INDArray x = images(DataType.FLOAT, 4);
    INDArray gradLogits = normal(4, DataType.FLOAT, 4, CLASSES);
    try (Network network = small(DataType.FLOAT)) {
      network.forward(x, Mode.TRAIN);
      network.backward(gradLogits);
      INDArray before = network.parameters().dup();

      network.freezeBackbone(FrozenNorm.RUNNING);
      INDArray frozen = network.forward(x, Mode.TRAIN).logits().dup();
      network.backward(gradLogits);
      assertThat(Bits.of(network.parameters())).isEqualTo(Bits.of(before));
      for (ParameterBlock block : network.layout()) {
        assertThat(part(network.gradients(), block).amaxNumber().doubleValue() > 0)
            .as(block.name())
            .isEqualTo(block.head());
      }
      assertThat(distance(network.forward(x, Mode.EVAL).logits(), frozen)).isLessThan(1e-6);
      network.normalize(InferenceForm.SEPARATE);
      assertThat(Bits.of(frozen)).isEqualTo(Bits.of(network.forward(x, Mode.EVAL).logits()));

      network.freezeBackbone(FrozenNorm.BATCH);
      network.forward(x, Mode.TRAIN);
      assertThat(network.parameters()).as("running statistics drift").isNotEqualTo(before);

      network.unfreeze();
      network.forward(x, Mode.TRAIN);
      network.backward(gradLogits);
      ParameterBlock stem = block(network, "conv1.weight");
      assertThat(part(network.gradients(), stem).amaxNumber().doubleValue()).isPositive();
    }
  }

  @Test
  void aStepDoesNotGrowNativeMemory() {
    try (Network network = small(DataType.FLOAT)) {
      INDArray x = images(DataType.FLOAT, 64);
      INDArray gradLogits = normal(4, DataType.FLOAT, 64, CLASSES);
      for (int i = 0; i < 5; i++) {
        network.forward(x, Mode.TRAIN);
        network.backward(gradLogits);
      }
      long before = Pointer.totalBytes();
      for (int i = 0; i < 20; i++) {
        network.forward(x, Mode.TRAIN);
        network.backward(gradLogits);
      }
      assertThat(Pointer.totalBytes() - before).isLessThan(1 << 16);
    }
  }

  @Test
  void networksInSeveralThreadsDoNotDisturbEachOther() throws Exception {
    Callable<INDArray> training =
        () -> {
          try (Network network = small(DataType.FLOAT)) {
            for (int i = 0; i < 5; i++) {
              network.forward(images(DataType.FLOAT, 8), Mode.TRAIN);
              network.backward(normal(i, DataType.FLOAT, 8, CLASSES));
              network.parameters().subi(network.gradients().mul(1e-3));
            }
            return network.parameters().dup();
          }
        };
    INDArray alone = training.call();
    ExecutorService pool = Executors.newFixedThreadPool(2);
    try {
      List<Future<INDArray>> results = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        results.add(pool.submit(training));
      }
      for (Future<INDArray> result : results) {
        assertThat(Bits.of(result.get())).isEqualTo(Bits.of(alone));
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void misuseIsRefusedWithAReason() {
    try (Network network = small(DataType.FLOAT)) {
      INDArray gradLogits = normal(4, DataType.FLOAT, 4, CLASSES);
      assertThatThrownBy(() -> network.backward(gradLogits))
          .isInstanceOf(IllegalStateException.class);
      network.forward(images(DataType.FLOAT, 4), Mode.EVAL);
      assertThatThrownBy(() -> network.backward(gradLogits))
          .isInstanceOf(IllegalStateException.class);
      network.forward(images(DataType.FLOAT, 4), Mode.TRAIN);
      assertThatThrownBy(() -> network.backward(normal(4, DataType.FLOAT, 3, CLASSES)))
          .hasMessageContaining("[4, 5]");
    }
  }
}
