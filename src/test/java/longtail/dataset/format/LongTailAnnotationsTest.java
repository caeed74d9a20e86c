package longtail.dataset.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import longtail.dataset.AnnotatedSet;
import longtail.dataset.Annotation;
import longtail.dataset.AnnotationFormat;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read of the JSON of long-tailed sets, and what is refused. */
class LongTailAnnotationsTest {
  private static final Configuration CONF = new Configuration();
  @TempDir Path temporary;

  private static final String JSON =
      """
      {"annotations": [
        {"image_id": "x", "fpath": "/data/1.jpg", "im_height": 4, "im_width": 5, "category_id": 2},
        {"image_id": 3, "fpath": "2.jpg", "category_id": 0}],
       "num_classes": 4}
      """;

  @Test
  void readsItsRecords() throws IOException {
    AnnotatedSet set = read(JSON);

    assertThat(set.annotations())
        .containsExactly(
            new Annotation("x", "/data/1.jpg", 2, 4, 5), new Annotation("3", "2.jpg", 0, 0, 0));
    assertThat(set.classNames()).containsExactly("0", "1", "2", "3");
  }

  @Test
  void readsTheBareArray() throws IOException {
    AnnotatedSet set =
        read("[{\"fpath\": \"1.jpg\", \"category_id\": 2, \"im_shape\": [4, 5, 3]}]");

    assertThat(set.annotations()).containsExactly(new Annotation("0", "1.jpg", 2, 0, 0));
    assertThat(set.classes()).isEqualTo(3);
  }

  @Test
  void namesTheBadRecord() {
    assertBroken(
        JSON.replace("\"num_classes\": 4", "\"num_classes\": 2"),
        "image 0 ('x'): the class must be below the number of classes 2, was 2");
    assertBroken(JSON.replace("4}", "0}"), "num_classes: must be a positive whole number, was 0");
    assertBroken(JSON.replace(": 0", ": -1"), "annotations[1]: the class must not be negative");
    assertBroken(JSON.replace("2.jpg", " "), "annotations[1]: the path of the image is empty");
    assertBroken(JSON.replace("\"x\"", "\"\""), "annotations[0]: the image id is empty");
    assertBroken(JSON.replace("\"x\"", "[1]"), "annotations[0]: 'image_id' must be");
    assertBroken(JSON.replace("\"x\"", "3"), "annotations[1]: the image id '3' occurs a second");
    assertBroken(JSON.replace("\"2.jpg\"", "2"), "annotations[1]: 'fpath' must be text, was 2");
    assertBroken("{\"num_classes\": 4}", "it holds no image");
    assertBroken(JSON.replace(": 4}", ": 2000000000}"), "num_classes: 2000000000 classes of 2");
    assertBroken(
        JSON.replace(" \"num_classes\": 4", " \"x\": 4").replace(": 2}", ": 10000000}"),
        "annotations[0] (/data/1.jpg): the label 10000000");
    assertBroken(JSON.replace(": 2}", ": 2000000000000}"), "the label 2000000000000");
  }

  private AnnotatedSet read(String json) throws IOException {
    return Annotations.read(
        AnnotationFiles.collection(
            AnnotationFormat.LONGTAIL, AnnotationFiles.in(temporary).file("lt.json", json)),
        CONF);
  }

  private void assertBroken(String json, String reason) {
    AnnotationFiles.in(temporary).assertBroken(AnnotationFormat.LONGTAIL, "lt.json", json, reason);
  }
}
