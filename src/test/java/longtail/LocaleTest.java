package longtail;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import longtail.image.synth.Difficulty;
import longtail.image.synth.SyntheticSample;
import longtail.nn.Network;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.head.LinearHead;
import longtail.report.EventFile;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;

/** Names in files are the same whatever digits the user's language writes. */
class LocaleTest {
  private static final Configuration CONF = new Configuration();
  private static final Locale USUAL = Locale.getDefault();

  @TempDir Path directory;

  @BeforeEach
  void arabicDigits() {
    Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
    assertThat("%d".formatted(1)).isNotEqualTo("1");
  }

  @AfterEach
  void usualDigits() {
    Locale.setDefault(USUAL);
  }

  @Test
  void ofTheDrawnSample() throws IOException {
    SyntheticSample.Options small =
        new SyntheticSample.Options(7, 3, 4, 2, 1, 32, Difficulty.QUICKSTART);
    SyntheticSample.write(directory.toString(), small, CONF);
    assertThat(files()).contains("images/train/00/00003.jpg").allMatch(LocaleTest::isAscii);
  }

  @Test
  void ofEvents() throws IOException {
    EventFile.create(directory.toString(), 12, CONF).close();
    assertThat(files()).anyMatch(name -> name.endsWith(".12")).allMatch(LocaleTest::isAscii);
  }

  @Test
  void ofTheLayersOfASavedNetwork() {
    try (Network network =
        Network.create(
            new Architecture(new CifarResnet(8, 4, Shortcut.A), LinearHead.standard(), 3, 8, 8),
            DataType.FLOAT,
            1)) {
      assertThat(network.layout())
          .extracting(ParameterBlock::name)
          .contains("layer1.0.conv1.weight")
          .allMatch(LocaleTest::isAscii);
    }
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> directory.relativize(file).toString())
          .toList();
    }
  }

  private static boolean isAscii(String name) {
    return name.chars().allMatch(c -> c < 128);
  }
}
