package longtail.dataset.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.AnnotationFormat;
import longtail.dataset.ImageCollection;
import org.apache.hadoop.conf.Configuration;

/** Annotation files of a test, in its directory. */
record AnnotationFiles(Path directory) {
  static AnnotationFiles in(Path directory) {
    return new AnnotationFiles(directory);
  }

  static ImageCollection collection(AnnotationFormat format, Path annotations) {
    return ImageCollection.of(format, annotations.toString(), "", "train");
  }

  Path file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  /** Reading {@code text} as file {@code name} fails with an error of the data for the reasons. */
  void assertBroken(AnnotationFormat format, String name, String text, String... reasons) {
    assertThatThrownBy(
            () -> Annotations.read(collection(format, file(name, text)), new Configuration()))
        .isInstanceOfSatisfying(
            LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA))
        .hasMessageContaining(name)
        .hasMessageContainingAll(reasons);
  }
}
