package longtail.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;

class FileSystemsTest {
  private static final Configuration CONF = new Configuration();

  @Test
  void aColonInANameIsNoScheme() {
    String here = "file:" + Path.of("").toAbsolutePath();
    String name = "run-2026-11-30T02:15:00";

    assertThat(FileSystems.path(name).getName()).isEqualTo(name);
    assertThat(FileSystems.qualified(name, CONF)).isEqualTo(here + "/" + name);
    assertThat(FileSystems.qualified(name + "/checkpoints", CONF))
        .isEqualTo(here + "/" + name + "/checkpoints");
    assertThat(FileSystems.qualified("/data/" + name, CONF)).isEqualTo("file:/data/" + name);
    assertThat(FileSystems.child(name, "a:b").toString()).endsWith(name + "/a:b");
    assertThat(FileSystems.child("s3a://bucket/x", "a:b").toString())
        .isEqualTo("s3a://bucket/x/a:b");
  }

  @Test
  void aUriIsAUri() {
    assertThat(FileSystems.path("hdfs://host:8020/a:b").toUri().getScheme()).isEqualTo("hdfs");
    assertThat(FileSystems.path("hdfs:/a").toUri().getScheme()).isEqualTo("hdfs");
    assertThat(FileSystems.qualified("file:/tmp/a:b", CONF)).isEqualTo("file:/tmp/a:b");
  }

  @Test
  void whatComputesIsStartedInALocaleOfUtf8() throws Exception {
    for (String locale : new String[] {"POSIX", "de_DE.ISO-8859-1", "no_SUCH"}) {
      ProcessBuilder builder =
          new ProcessBuilder("bash", "-c", "source cluster/native-env; locale charmap");
      builder.environment().putAll(Map.of("LC_ALL", locale));
      Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String charset =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      assertThat(charset).as(locale).isEqualTo("UTF-8");
    }
  }
}
