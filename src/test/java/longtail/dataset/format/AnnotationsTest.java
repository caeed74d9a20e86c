package longtail.dataset.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import longtail.LongTailException;
import longtail.dataset.AnnotatedSet;
import longtail.dataset.Annotation;
import longtail.dataset.AnnotationFormat;
import longtail.dataset.ImageCollection;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is the same for annotations of every format. */
class AnnotationsTest {
  private static final Configuration CONF = new Configuration();
  @TempDir Path temporary;

  @Test
  void namesAMissingFile() {
    for (AnnotationFormat format :
        new AnnotationFormat[] {
          AnnotationFormat.INAT, AnnotationFormat.LONGTAIL, AnnotationFormat.LIST
        }) {
      ImageCollection absent = AnnotationFiles.collection(format, temporary.resolve("absent.txt"));
      assertThatThrownBy(() -> Annotations.read(absent, CONF))
          .isInstanceOf(LongTailException.class)
          .hasMessageContaining("absent.txt failed");
    }
  }

  @Test
  void namesAMissingImage() throws IOException {
    ImageCollection photos =
        ImageCollection.of(AnnotationFormat.LIST, "", temporary.toString(), "train");
    try (CollectionImages source = CollectionImages.open(photos, CONF)) {
      assertThatThrownBy(() -> source.read(new Annotation("0", "a/1.jpg", 0, 0, 0)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("a/1.jpg");
      assertThatThrownBy(() -> source.read(new Annotation("0", "no such://place", 0, 0, 0)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no such://place");
    }
  }

  @Test
  void qualifiedPathsMeanTheSameInEveryProcess() {
    ImageCollection relative =
        ImageCollection.of(AnnotationFormat.LIST, "lists/a.txt", "images", "train");
    String here = "file:" + Path.of("").toAbsolutePath();

    assertThat(relative.qualified(CONF).annotations()).isEqualTo(here + "/lists/a.txt");
    assertThat(relative.qualified(CONF).images()).isEqualTo(here + "/images");
  }

  @Test
  void theFingerprintTellsSetsApart() {
    AnnotatedSet set = Annotations.read(list("a 0\nb 1\n"), CONF);

    assertThat(Annotations.read(list("a 0\nb 1\n"), CONF).fingerprint())
        .isEqualTo(set.fingerprint());
    assertThat(Annotations.read(list("a 1\nb 0\n"), CONF).fingerprint())
        .isNotEqualTo(set.fingerprint());
    assertThat(set.select(new int[] {1}).fingerprint()).isNotEqualTo(set.fingerprint());
  }

  private ImageCollection list(String text) {
    try {
      return AnnotationFiles.collection(
          AnnotationFormat.LIST, AnnotationFiles.in(temporary).file("list.txt", text));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
