package longtail.damage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A disk that is full or cannot be written to ends a command in one line; the same command goes on
 * as soon as there is space. Needs root, for a file system of a few pages.
 */
@Tag("spark")
@Tag("slow")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class StorageFaultsIT {
  @TempDir static Path temporary;
  private static DrilledCommands commands;

  private final Path disk = temporary.resolve("disk");

  @BeforeAll
  static void start() throws IOException {
    assumeTrue(
        Files.getOwner(Path.of("/proc/self")).getName().equals("root"),
        "skipped: mounting a small file system needs root");
    commands = DrilledCommands.in(temporary);
    commands.runUndisturbed();
  }

  @AfterEach
  void unmount() throws IOException, InterruptedException {
    if (Files.exists(disk.resolve("mounted"))) {
      run("umount", disk.toString());
    }
  }

  private void mount(String size) throws IOException, InterruptedException {
    Files.createDirectories(disk);
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=" + size, "longtail", disk.toString()) == 0,
        "skipped: file systems cannot be mounted here");
    Files.createFile(disk.resolve("mounted"));
  }

  private void remount(String option) throws IOException, InterruptedException {
    assertThat(run("mount", "-o", "remount," + option, disk.toString())).isZero();
  }

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  static Stream<String> commands() {
    return DrilledCommands.NAMES.stream();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void aFullDiskIsSaidInOneLineAndTheSameCommandGoesOn(String name)
      throws IOException, InterruptedException {
    mount("48k");
    Path output = disk.resolve(name);

    DrilledCommands.Ended full = commands.run(name, output.toString());
    remount("size=16m");
    String[] more = name.equals("train") ? new String[] {"--resume"} : new String[0];
    DrilledCommands.Ended again = commands.run(name, output.toString(), more);

    assertThat(full.errors())
        .singleElement()
        .asString()
        .startsWith("error: ")
        .contains("No space left on device", disk.toString(), "free space there");
    assertThat(full.code()).isEqualTo(name.equals("train") ? 4 : 3);
    assertThat(again.code()).as(String.join("\n", again.errors())).isZero();
    commands.requireSame(name, output);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void aReadOnlyOutputIsSaidInOneLine(String name) throws IOException, InterruptedException {
    mount("48k");
    remount("ro");

    DrilledCommands.Ended ended = commands.run(name, disk.resolve(name).toString());

    assertThat(ended.errors())
        .singleElement()
        .asString()
        .startsWith("error: ")
        .contains(disk.toString(), "make the directory writable");
    assertThat(ended.code()).isIn(3, 4);
  }
}
