package longtail.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import longtail.RandomStreams;
import longtail.image.RgbImage;
import longtail.image.codec.ImageCodec;
import longtail.report.ContactSheetPage.Picture;
import longtail.report.ContactSheetPage.Predicted;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContactSheetPageTest {
  private static final int SIDE = 96;
  private static final int MEGABYTE = 1 << 20;

  @TempDir Path directory;

  @Test
  void theMostFrequentClassComesFirstAndNamesAreEscaped() throws IOException {
    String page =
        page(
            List.of(
                new Predicted("rare", 1, List.of(picture("<a>.jpg", 1))),
                new Predicted("\"often\" & more", 9, List.of(picture("b.jpg", 2)))),
            Map.of("<c>.jpg", "it is <empty>"));
    assertThat(page)
        .containsSubsequence("&quot;often&quot; &amp; more", "9 images", "rare", "1 image<")
        .contains("&lt;a&gt;.jpg", "&lt;c&gt;.jpg", "it is &lt;empty&gt;")
        .doesNotContain("<a>.jpg", "http");
  }

  @Test
  void classesWithoutPicturesAreCountedAndListed() throws IOException {
    List<Predicted> classes =
        IntStream.range(0, 900)
            .mapToObj(
                c ->
                    new Predicted(
                        "class-" + c,
                        900 - c,
                        c < 600 ? List.of(picture(c + ".jpg", c)) : List.of()))
            .toList();
    String page = page(classes, Map.of());
    assertThat(page).contains("Shown are the 600 of 900 classes", "<td>class-899</td>");
    assertThat(page.split("<figure>", -1)).hasSize(601);
    assertThat(page.length()).isLessThan(20 * MEGABYTE);
  }

  @Test
  void aModelWithoutMapsShowsTheImagesAlone() throws IOException {
    Picture plain = new Picture("a.jpg", Map.of("ant", 0.5), jpeg(3), new byte[0]);
    assertThat(page(List.of(new Predicted("ant", 1, List.of(plain))), Map.of()).split("<img", -1))
        .hasSize(2);
  }

  private String page(List<Predicted> classes, Map<String, String> errors) throws IOException {
    Path file = directory.resolve("page.html");
    ContactSheetPage.write(
        file.toString(),
        "Predictions",
        Map.of("model", "m.zip"),
        Map.of("images", 10),
        classes,
        errors,
        new Configuration());
    return Files.readString(file);
  }

  private static Picture picture(String path, int seed) {
    return new Picture(path, Map.of("ant", 0.25), jpeg(seed), jpeg(seed + 1));
  }

  /** Noise, which is the largest that an image of its size can be. */
  private static byte[] jpeg(int seed) {
    byte[] pixels = new byte[SIDE * SIDE * 3];
    RandomStreams.of(seed).nextBytes(pixels);
    return ImageCodec.jpeg(new RgbImage(SIDE, SIDE, pixels), 0.7);
  }
}
