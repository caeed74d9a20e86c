package longtail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import longtail.Bits;
import longtail.dataset.Normalization;
import longtail.image.augment.Fit;
import longtail.image.augment.Preprocessing;
import longtail.nn.Network;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.Architecture;
import longtail.nn.head.LinearHead;
import longtail.nn.weights.TorchFile;
import longtail.train.checkpoint.CheckpointChoice;
import longtail.train.checkpoint.SavedModel;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;

class ImportExportTest {
  private static final String BACKBONE = "{type: cifar-resnet, depth: 8, width: 4, shortcut: b}";
  @TempDir Path directory;
  private final ByteArrayOutputStream console = new ByteArrayOutputStream();

  @Test
  void aPyTorchCheckpointBecomesAModelAndASafetensorsFileAndComesBack() throws IOException {
    Path pth = directory.resolve("weights.pth");
    try (Network trained = network()) {
      Files.write(pth, TorchFile.of(trained, "module.").bytes());
      assertThat(run("import", "--weights", pth, "--backbone", BACKBONE, "--size", 8, zip("a")))
          .isZero();
      assertThat(console.toString(StandardCharsets.UTF_8))
          .contains("tensors taken; left as they were: none; not used: none");
      assertThat(run("export", "--model", directory.resolve("a.zip"), output("a.safetensors")))
          .isZero();
      Path exported = directory.resolve("a.safetensors");
      assertThat(run("import", "--weights", exported, "--backbone", BACKBONE, zip("b"))).isZero();
      try (InputStream in = Files.newInputStream(directory.resolve("b.zip"));
          Network loaded = Network.load(in)) {
        assertThat(Bits.of(loaded.parameters()))
            .isEqualTo(Bits.of(trained.parameters().castTo(DataType.FLOAT)));
      }
    }
  }

  @Test
  void theModelKnowsTheSizeAndTheNormalisationThatItWasImportedWith() throws IOException {
    Path pth = directory.resolve("weights.pth");
    try (Network trained = network()) {
      Files.write(pth, TorchFile.of(trained, "").bytes());
    }
    run("import", "--weights", pth, "--backbone", BACKBONE, zip("none"));
    run(
        "import",
        "--weights",
        pth,
        "--backbone",
        BACKBONE,
        "--size",
        48,
        "--fit",
        "letterbox",
        "--normalization",
        "cifar-metasaug",
        zip("all"));
    assertThat(preprocessing("none.zip")).isEqualTo(new Preprocessing(List.of(), Optional.empty()));
    assertThat(preprocessing("all.zip"))
        .isEqualTo(
            new Preprocessing(
                List.of(Fit.of(48, 48, Fit.Mode.LETTERBOX)),
                Optional.of(Normalization.cifarMetasaug())));
    assertThat(run("import", "--weights", pth, "--normalization", "cifar11", zip("x")))
        .isEqualTo(2);
    assertThat(console.toString(StandardCharsets.UTF_8))
        .contains("'cifar11' is not known; did you mean 'cifar10'?");
    assertThat(directory.resolve("x.zip")).doesNotExist();
  }

  private Preprocessing preprocessing(String zip) {
    Configuration conf = new Configuration();
    return SavedModel.find(directory.resolve(zip).toString(), CheckpointChoice.LATEST, conf)
        .preprocessing(conf)
        .orElseThrow();
  }

  @Test
  void weightsOfAnotherNetworkAreAnErrorOfData() throws IOException {
    Path pth = directory.resolve("weights.pth");
    try (Network trained = network()) {
      Files.write(pth, TorchFile.of(trained, "").bytes());
    }
    assertThat(run("import", "--weights", pth, "--backbone", "resnet32", zip("c"))).isEqualTo(3);
    assertThat(console.toString(StandardCharsets.UTF_8)).contains("conv1.weight");
    assertThat(directory.resolve("c.zip")).doesNotExist();
  }

  private String output(String name) {
    return "--output=" + directory.resolve(name);
  }

  private String zip(String name) {
    return output(name + ".zip");
  }

  private int run(Object... arguments) {
    String[] texts = new String[arguments.length];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = arguments[i].toString();
    }
    PrintStream print = new PrintStream(console, true, StandardCharsets.UTF_8);
    return Main.run(texts, print, print);
  }

  private static Network network() {
    return Network.create(
        new Architecture(new CifarResnet(8, 4, Shortcut.B), LinearHead.standard(), 5, 8, 8),
        DataType.DOUBLE,
        3);
  }
}
