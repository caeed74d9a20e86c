package longtail.spark.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import longtail.Bits;
import longtail.LongTailException;
import longtail.nn.Network;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.Architecture;
import longtail.nn.head.LinearHead;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;

class StartingWeightsTest {
  @TempDir Path directory;

  private static Network network(int classes, long seed) {
    return Network.create(
        new Architecture(new CifarResnet(8, 4, Shortcut.A), LinearHead.standard(), classes, 8, 8),
        DataType.FLOAT,
        seed);
  }

  @Test
  void aModelZipOfAnotherRunIsTakenAndTheLogSaysWhatStayedFresh() throws IOException {
    Path zip = directory.resolve("model.zip");
    try (Network trained = network(5, 1);
        Network same = network(5, 2);
        Network other = network(6, 3)) {
      try (OutputStream out = Files.newOutputStream(zip)) {
        trained.save(out);
      }
      StartingWeights.load(zip.toString(), same, List.of(), new Configuration());
      assertThat(Bits.of(same.parameters())).isEqualTo(Bits.of(trained.parameters()));
      assertThat(StartingWeights.load(zip.toString(), other, List.of(), new Configuration()))
          .contains(zip.toString())
          .contains("left as they were: classifier.weight, classifier.bias");
    }
  }

  @Test
  void whatCannotBeReadIsRefusedByName() throws IOException {
    Path text = Files.writeString(directory.resolve("stage1.pth"), "not a checkpoint");
    try (Network network = network(5, 1)) {
      for (String path : new String[] {text.toString(), directory.resolve("none").toString()}) {
        assertThatThrownBy(
                () -> StartingWeights.load(path, network, List.of(), new Configuration()))
            .isInstanceOf(LongTailException.class)
            .hasMessageContaining(path);
      }
    }
  }
}
