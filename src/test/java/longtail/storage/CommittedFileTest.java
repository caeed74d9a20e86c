package longtail.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommittedFileTest {
  @TempDir Path temporary;
  private final Configuration conf = ObjectStore.configuration();

  private org.apache.hadoop.fs.Path file(String scheme) {
    return FileSystems.path(scheme + temporary.resolve("deep/index.json"));
  }

  private Path local() {
    return temporary.resolve("deep/index.json");
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:", "objects:"})
  void aFileIsThereWhenItIsCommittedAndNotBefore(String scheme) throws IOException {
    try (CommittedFile file = CommittedFile.begin(file(scheme), conf)) {
      file.stream().writeBytes("whole");
      file.stream().flush();
      assertThat(local()).doesNotExist();
      file.commit();
    }
    assertThat(local()).hasContent("whole");
    assertThat(local().getParent().toFile().list()).containsExactly("index.json");
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:", "objects:"})
  void whatIsGivenUpLeavesTheEarlierFile(String scheme) throws IOException {
    CommittedFile.write(file(scheme), "old", conf);
    assertThatThrownBy(
            () ->
                CommittedFile.write(
                    file(scheme),
                    out -> {
                      out.write(7);
                      throw new IOException("the data ends early");
                    },
                    conf))
        .hasMessage("the data ends early");
    assertThat(local()).hasContent("old");
    CommittedFile.write(file(scheme), "new", conf);
    assertThat(local()).hasContent("new");
    assertThat(local().getParent().toFile().list()).containsExactly("index.json");
  }

  @Test
  void whatAKilledWriterHasLeftIsRemovedAndNothingElse() throws IOException {
    CommittedFile.write(file("file:"), "whole", conf);
    CommittedFile killed = CommittedFile.begin(file("file:"), conf);
    killed.stream().writeBytes("half");
    assertThat(local().getParent().toFile().list()).hasSize(2);

    CommittedFile.removeAbandoned(file("file:").getParent(), conf);

    assertThat(local().getParent().toFile().list()).containsExactly("index.json");
  }

  @Test
  void aFullDiskIsAnErrorThatNamesTheDirectory() {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "there is no /dev/full here");
    org.apache.hadoop.fs.Path path = FileSystems.path("file:/dev/full");
    assertThatThrownBy(() -> FileDigest.write(path, out -> out.write(new byte[1 << 20]), conf))
        .isInstanceOfSatisfying(
            IOException.class,
            e ->
                assertThat(StorageFailure.of("writing", "/data/run", e))
                    .hasMessageContaining("writing /data/run: ")
                    .hasMessageContaining(" in /dev; ")
                    .hasMessageEndingWith(
                        "free space there or choose another directory, then run the command again"));
  }

  @Test
  void aClosedDirectoryIsAnErrorThatSaysSo() throws IOException {
    Path notADirectory = Files.writeString(temporary.resolve("file"), "x");
    OutputFile file = OutputFile.in(notADirectory.toString(), "report.html", conf);
    assertThatThrownBy(() -> file.write("text"))
        .hasMessageContaining("writing " + notADirectory)
        .hasMessageContaining("choose another one");
  }
}
