package longtail.dataset.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import longtail.dataset.AnnotatedSet;
import longtail.dataset.Annotation;
import longtail.dataset.AnnotationFormat;
import longtail.dataset.ClassCounts;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read of an annotation file of iNaturalist, and what is refused. */
class InatAnnotationsTest {
  private static final Configuration CONF = new Configuration();
  @TempDir Path temporary;

  private static final String IMAGES =
      """
      "images": [{"id": 30, "file_name": "b/2.jpg", "height": 480, "width": 640, "rights_holder": {"a": [1]}},
                 {"id": 7, "file_name": "a/1.jpg"}]""";
  private static final String ANNOTATIONS =
      """
      "annotations": [{"id": 1, "image_id": 7, "category_id": 12},
                      {"id": 2, "image_id": 30, "category_id": 5}]""";
  private static final String CATEGORIES =
      """
      "categories": [{"id": 12, "name": "Bombus"}, {"id": 5, "name": "Apis"}, {"id": 9}]""";
  private static final String INFO =
      """
      "info": {"year": 2018, "nested": [{"images": [1]}]}, "version": 1.5""";

  @Test
  void arraysMayStandInAnyOrder() throws IOException {
    AnnotatedSet expected = read(object(IMAGES, ANNOTATIONS, CATEGORIES));

    assertThat(read(object(INFO, CATEGORIES, ANNOTATIONS, IMAGES))).isEqualTo(expected);
    assertThat(read(object(ANNOTATIONS, IMAGES, CATEGORIES, INFO))).isEqualTo(expected);
    assertThat(expected.annotations())
        .containsExactly(
            new Annotation("7", "a/1.jpg", 2, 0, 0), new Annotation("30", "b/2.jpg", 0, 480, 640));
  }

  @Test
  void labelsAreTheRanksOfTheCategoryIds() throws IOException {
    AnnotatedSet set = read(object(IMAGES, ANNOTATIONS, CATEGORIES));

    assertThat(set.classNames()).containsExactly("Apis", "9", "Bombus");
    assertThat(set.labels()).containsExactly(2, 0);
    assertThat(set.counts()).isEqualTo(ClassCounts.of(1, 0, 1));
  }

  @Test
  void namesTheBadRecord() {
    assertBroken(
        object(IMAGES, ANNOTATIONS.replace("\"image_id\": 30", "\"image_id\": 31"), CATEGORIES),
        "annotations[1]: there is no image with the id '31'");
    assertBroken(
        object(IMAGES, ANNOTATIONS.replace("12", "13"), CATEGORIES),
        "annotations[0]: there is no category with the id 13");
    assertBroken(
        object(IMAGES, ANNOTATIONS.replace("\"category_id\": 12", "\"category\": 12"), CATEGORIES),
        "annotations[0]: 'category_id' is missing");
    assertBroken(
        object(IMAGES, ANNOTATIONS.replace("12", "\"twelve\""), CATEGORIES),
        "annotations[0]: there is no category with the id twelve");
    assertBroken(
        object(IMAGES, ANNOTATIONS.replace("12", "1.5"), CATEGORIES),
        "annotations[0]: 'category_id' must be a whole number or text, was 1.5");
    assertBroken(
        object(IMAGES, ANNOTATIONS.replace("12", "NaN"), CATEGORIES),
        "annotations[0]: 'category_id' must be a whole number or text, was");
    assertBroken(
        object(IMAGES.replace("30", "7"), ANNOTATIONS, CATEGORIES),
        "images[1]: the image id '7' occurs a second time");
    assertBroken(
        object(IMAGES.replace("file_name", "name"), ANNOTATIONS, CATEGORIES),
        "images[0]: 'file_name' is missing");
    assertBroken(
        object(IMAGES.replace("480", "-480"), ANNOTATIONS, CATEGORIES),
        "annotations[1]: height and width must not be negative, were -480 and 640");
    assertBroken(
        object(IMAGES, ANNOTATIONS, CATEGORIES.replace("9", "5")),
        "categories: the id 5 occurs a second time");
  }

  @Test
  void namesWhatIsMissing() {
    assertBroken(object(IMAGES, ANNOTATIONS), "categories: the array is missing or empty");
    assertBroken(object(IMAGES, CATEGORIES), "no image has a class, as in a test set");
    assertBroken(object(CATEGORIES), "it holds no image");
    assertBroken(
        object(IMAGES, ANNOTATIONS, CATEGORIES, IMAGES),
        "expected the array 'images' once, but it stands there a second time");
  }

  @Test
  void namesThePlaceWhereTheJsonIsDamaged() {
    String whole = object(IMAGES, ANNOTATIONS, CATEGORIES);

    assertBroken(whole.substring(0, whole.length() / 2), "not valid JSON");
    assertBroken(whole.replace("\"annotations\": [", "\"annotations\": {"), "line ");
    assertBroken("", "expected an object");
    assertBroken("{\"images\": 3}", "expected an array as the value of 'images'");
    assertBroken("{\"images\": [3]}", "expected an object as images[0]");
  }

  @Test
  void severalAnnotationsOfOneClassAreOneImage() throws IOException {
    String again = ANNOTATIONS.replace("]", ", {\"image_id\": 7, \"category_id\": 12}]");
    AnnotatedSet set = read(object(IMAGES, again, CATEGORIES));

    assertThat(set.annotations())
        .isEqualTo(read(object(IMAGES, ANNOTATIONS, CATEGORIES)).annotations());
    assertThat(set.notes()).anyMatch(note -> note.matches("1 image has several.*a/1.jpg"));
  }

  @Test
  void annotationsOfSeveralClassesAreRefused() {
    assertBroken(
        object(
            IMAGES,
            ANNOTATIONS.replace("]", ", {\"image_id\": 7, \"category_id\": 9}]"),
            CATEGORIES),
        "annotations[2]: the image a/1.jpg (id '7') has the class 'Bombus' already and now '9'",
        "leave one annotation");
  }

  @Test
  void imagesWithoutAnnotationAreLeftOutWithANote() throws IOException {
    String more = IMAGES.replace("1.jpg\"}", "1.jpg\"}, {\"id\": 8, \"file_name\": \"c/3.jpg\"}");
    AnnotatedSet set = read(object(more, ANNOTATIONS, CATEGORIES));

    assertThat(set.annotations())
        .isEqualTo(read(object(IMAGES, ANNOTATIONS, CATEGORIES)).annotations());
    assertThat(set.notes())
        .anyMatch(note -> note.matches("left out without an annotation: 1 image, .*c/3.jpg"));
  }

  @Test
  void anIdIsTheSameAsTextAsNumberAndAsFloat() throws IOException {
    AnnotatedSet expected = read(object(IMAGES, ANNOTATIONS, CATEGORIES));

    assertThat(read(object(IMAGES, ANNOTATIONS.replace("12", "\"12\""), CATEGORIES)))
        .isEqualTo(expected);
    assertThat(read(object(IMAGES, ANNOTATIONS, CATEGORIES.replace("12", "12.0"))))
        .isEqualTo(expected);
    assertThat(read(object(IMAGES, ANNOTATIONS.replace(": 7", ": 7.0"), CATEGORIES)))
        .isEqualTo(expected);
    String large = "98765432109876543210";
    assertThat(
            read(object(IMAGES, ANNOTATIONS.replace("12", large), CATEGORIES.replace("12", large))))
        .isEqualTo(expected);
  }

  @Test
  void notANumberMattersOnlyWhereANumberIsUsed() throws IOException {
    String annotated = ANNOTATIONS.replace("\"id\": 1,", "\"area\": NaN, \"id\": -Infinity,");
    AnnotatedSet set =
        read(
            object(
                IMAGES.replace("480", "NaN").replace("\"id\": 7", "\"latitude\": NaN, \"id\": 7"),
                annotated,
                CATEGORIES,
                "\"x\": [Infinity, NaN]"));

    assertThat(set.labels()).containsExactly(2, 0);
    assertThat(set.annotations().get(1).height()).isZero();
  }

  @Test
  void aSecondJsonValueIsNotIgnored() {
    String whole = object(IMAGES, ANNOTATIONS, CATEGORIES);
    assertBroken(whole + whole, "nothing after the first JSON value");
  }

  private AnnotatedSet read(String json) throws IOException {
    return Annotations.read(
        AnnotationFiles.collection(
            AnnotationFormat.INAT, AnnotationFiles.in(temporary).file("inat.json", json)),
        CONF);
  }

  private void assertBroken(String json, String... reasons) {
    AnnotationFiles.in(temporary).assertBroken(AnnotationFormat.INAT, "inat.json", json, reasons);
  }

  private static String object(String... fields) {
    return "{\n" + String.join(",\n", fields) + "}\n";
  }
}
