package longtail.dataset.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.AnnotatedSet;
import longtail.dataset.Annotation;
import longtail.dataset.AnnotationFields;
import longtail.dataset.AnnotationFormat;
import longtail.dataset.ClassCounts;
import longtail.dataset.ImageCollection;
import longtail.dataset.ImageContent;
import longtail.dataset.SeveralAnnotations;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables and tar files that other programs have written. */
class TablesTest {
  private static final Configuration CONF = new Configuration();

  @TempDir Path directory;

  @Nested
  class TextTables {
    @Test
    void aTableOfPandasWithItsIndexIsRead() throws IOException {
      AnnotatedSet set =
          csv(
              ",path,label,note\n0,a/1.jpg,wren,\n1,\"b, \"\"2\"\".jpg\",\"great, tit\",\"two\nlines\"\n2,c.jpg,wren,x\n");

      assertThat(set.classNames()).containsExactly("great, tit", "wren");
      assertThat(set.annotations())
          .containsExactly(
              new Annotation("0", "a/1.jpg", 1, 0, 0),
              new Annotation("1", "b, \"2\".jpg", 0, 0, 0),
              new Annotation("2", "c.jpg", 1, 0, 0));
    }

    @Test
    void fieldsInQuotesMayHoldEndsOfLines() throws IOException {
      AnnotatedSet set = csv("path,label\r\n\"a\nb.jpg\",\"x\n\ny\"\r\nc.jpg,z\r\n");

      assertThat(set.annotations())
          .extracting(Annotation::path)
          .containsExactly("a\nb.jpg", "c.jpg");
      assertThat(set.classNames()).containsExactly("x\n\ny", "z");
      assertThat(message("path,label\n\"a\nb.jpg\",x\nc.jpg\n"))
          .as("the line that a record begins in")
          .contains("line 4: expected the 2 fields of the header, were 1");
    }

    @Test
    void semicolonsTabsAndByteOrderMarksAreKnown() throws IOException {
      assertThat(csv("\uFEFFfile_name;class\na,1.jpg;3\n").annotations())
          .containsExactly(new Annotation("0", "a,1.jpg", 3, 0, 0));
      assertThat(csv("filename\tspecies\na.jpg\tgreat tit\n").classNames())
          .containsExactly("great tit");
    }

    @Test
    void labelsAreNumbersIfAllOfThemAre() throws IOException {
      assertThat(csv("path,label\na.jpg,2\nb.jpg,0\n").labels()).containsExactly(2, 0);
      assertThat(csv("path,label\na.jpg,2.0\nb.jpg,0.0\n").labels()).containsExactly(2, 0);
      AnnotatedSet mixed = csv("path,label\na.jpg,2\nb.jpg,two\n");
      assertThat(mixed.classNames()).containsExactly("2", "two");
      assertThat(mixed.notes())
          .anyMatch(note -> note.contains("1 of 2 classes are written as numbers, such as '2'"));
      assertThat(message("path,label\na.jpg,20181231\n")).contains("line 2", "--class-count");
    }

    @Test
    void columnsAreNamedOrFoundByTheirUsualNames() throws IOException {
      Path file = write("t.csv", "Label,where,what,Path\n9,x.jpg,wren,y.jpg\n");

      assertThat(read(AnnotationFormat.CSV, file, AnnotationFields.USUAL).annotations())
          .containsExactly(new Annotation("0", "y.jpg", 9, 0, 0));
      AnnotationFields named =
          new AnnotationFields("where", "what", "Label", SeveralAnnotations.REFUSE);
      assertThat(read(AnnotationFormat.CSV, file, named).annotations())
          .containsExactly(new Annotation("0", "x.jpg", 0, 0, 0, "9"));
      AnnotationFields wrong = new AnnotationFields("wo", "", "", SeveralAnnotations.REFUSE);
      assertThatThrownBy(() -> read(AnnotationFormat.CSV, file, wrong))
          .hasMessageContaining("there is no 'wo'; correct --image-column, they are [Label, where");
      assertThat(message("a,b\n1,2\n"))
          .contains("column of the images", "--image-column", "they are [a, b]");
    }

    @Test
    void namesTheBadRecord() {
      assertThat(message("path,label\na.jpg,1\nb.jpg,\n"))
          .contains("line 3: the image b.jpg has no class");
      assertThat(message("path,label\n\"a.jpg,1\nb.jpg,2\n"))
          .contains("line 2: a field begins with a quote that is never closed");
      assertThat(message("path,label\n\"a\"b.jpg,1\n")).contains("line 2: after a closing quote");
      assertThat(message("path,label\n")).contains("it holds no image");
      assertThat(message("")).contains("it holds no image");
      assertThat(message("path,label\na.jpg,-1\n")).contains("must not be negative, was -1");
    }

    private String message(String text) {
      try {
        csv(text);
        return "no error";
      } catch (LongTailException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.DATA);
        return e.getMessage();
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }

    @Test
    void measuresAndPagesOfTextAreNoClasses() throws IOException {
      assertThat(message("path,label\na.jpg,0.5\nb.jpg,1\n"))
          .contains("line 2: a.jpg has the class 0.5, but a class is a whole number or a name");
      assertThat(message("path,label\na.jpg,1\nb.jpg,1e-3\n")).contains("b.jpg has the class 1e-3");
      assertThat(message("path,label\na.jpg," + "x".repeat(2000)))
          .contains("line 2: a.jpg has a class of 2000 characters, which cannot be meant: xxx")
          .hasSizeLessThan(500);
      assertThat(csv("path,label\na.jpg,1.5T\nb.jpg,2.0\n").classNames())
          .as("names of engines")
          .containsExactly("1.5T", "2.0");
    }

    private AnnotatedSet csv(String text) throws IOException {
      return read(AnnotationFormat.CSV, write("t.csv", text), AnnotationFields.USUAL);
    }
  }

  @Nested
  class Lists {
    @Test
    void labelsMayBeNames() throws IOException {
      AnnotatedSet set = list("b 1.jpg wren\na.PNG eider\nc.jpg\tgreat tit\n");

      assertThat(set.classNames()).containsExactly("eider", "great tit", "wren");
      assertThat(set.annotations())
          .extracting(Annotation::path)
          .containsExactly("b 1.jpg", "a.PNG", "c.jpg");
    }

    @Test
    void namesAndNumbersAreNotMixed() {
      assertThatThrownBy(() -> list("a.jpg 1\nb.jpg wren\n"))
          .hasMessageContaining("line 2: expected 'path label' with a whole number as label");
      assertThatThrownBy(() -> list("a.jpg wren\nb.jpg 1\n"))
          .hasMessageContaining("line 2: the label is a number where those of the lines before");
      assertThatThrownBy(() -> list("img 1.png\n"))
          .as("a path without a label")
          .hasMessageContaining("line 1: expected 'path label'");
    }

    private AnnotatedSet list(String text) throws IOException {
      return read(AnnotationFormat.LIST, write("l.txt", text), AnnotationFields.USUAL);
    }
  }

  @Nested
  class ParquetTables {
    @Test
    void aTableOfHuggingFaceHasItsClassNames() throws IOException {
      List<TestTables.Row> rows =
          List.of(
              new TestTables.Row(new byte[] {1}, "x.jpg", 1, "t1"),
              new TestTables.Row(new byte[] {2}, null, 0, "t2"));
      TestTables.huggingFace(directory.resolve("train-0.parquet"), List.of("wren", "eider"), rows);
      TestTables.huggingFace(directory.resolve("train-1.parquet"), List.of("wren", "eider"), rows);
      Files.writeString(directory.resolve("_SUCCESS"), "");

      AnnotatedSet set = read(AnnotationFormat.PARQUET, directory, AnnotationFields.USUAL);

      assertThat(set.classNames()).containsExactly("wren", "eider");
      assertThat(set.counts()).isEqualTo(ClassCounts.of(2, 2));
      assertThat(set.annotations())
          .extracting(Annotation::path)
          .containsExactly(
              "train-0.parquet#0/x.jpg", "train-0.parquet#1",
              "train-1.parquet#0/x.jpg", "train-1.parquet#1");
      AnnotationFields grouped =
          new AnnotationFields("image", "label", "track", SeveralAnnotations.REFUSE);
      Path pattern = directory.resolve("train-[0].parquet");
      assertThat(read(AnnotationFormat.PARQUET, pattern, grouped).annotations())
          .extracting(Annotation::group)
          .containsExactly("t1", "t2");
    }

    @Test
    void aTableOfPathsIsReadAsAList() throws IOException {
      Path file = directory.resolve("t.parquet");
      TestTables.text(
          file,
          List.of("species", "file_name"),
          List.of(List.of("wren", "a.jpg"), List.of("eider", "b.jpg")));

      AnnotatedSet set = read(AnnotationFormat.PARQUET, file, AnnotationFields.USUAL);

      assertThat(set.classNames()).containsExactly("eider", "wren");
      assertThat(set.annotations())
          .containsExactly(
              new Annotation("0", "a.jpg", 1, 0, 0), new Annotation("1", "b.jpg", 0, 0, 0));
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '=',
        value = {
          "int32 label (DATE) = 17531",
          "int64 label (TIMESTAMP(MICROS,true)) = 5",
          "int32 label (TIME(MILLIS,true)) = 5",
          "fixed_len_byte_array(4) label = abcd"
        })
    void momentsAndBytesOfAFixedLengthAreNoClasses(String column, String value) throws IOException {
      Path file = directory.resolve("t.parquet");
      TestTables.one(file, "required binary path (STRING); required " + column, "a.jpg", value);

      assertThatThrownBy(() -> read(AnnotationFormat.PARQUET, file, AnnotationFields.USUAL))
          .isInstanceOf(LongTailException.class)
          .hasMessageContainingAll("the column 'label'", "expected a class", "--label-column");
    }

    @Test
    void decimalsAreNumbersHoweverTheyAreStored() throws IOException {
      Path file = directory.resolve("t.parquet");
      for (String type : List.of("int32 label (DECIMAL(5,0))", "int64 label (DECIMAL(5,0))")) {
        TestTables.one(file, "required binary path (STRING); required " + type, "a.jpg", "3");
        assertThat(read(AnnotationFormat.PARQUET, file, AnnotationFields.USUAL).labels())
            .containsExactly(3);
      }
      for (String type :
          List.of("binary label (DECIMAL(5,0))", "fixed_len_byte_array(1) label (DECIMAL(2,0))")) {
        TestTables.one(file, "required binary path (STRING); required " + type, "a.jpg", "\u0003");
        assertThat(read(AnnotationFormat.PARQUET, file, AnnotationFields.USUAL).labels())
            .containsExactly(3);
      }
    }

    @Test
    void notANumberIsNoClass() throws IOException {
      Path file = directory.resolve("t.parquet");
      String columns = "required binary path (STRING); required double label";
      TestTables.one(file, columns, "a.jpg", "NaN");

      assertThatThrownBy(() -> read(AnnotationFormat.PARQUET, file, AnnotationFields.USUAL))
          .hasMessageContaining("t.parquet, row 0: the image a.jpg has no class");
    }

    @Test
    void aNameThatBeginsWithAnUnderscoreHidesNoTable() throws IOException {
      List<List<String>> rows = List.of(List.of("wren", "a.jpg"));
      TestTables.text(directory.resolve("_a.parquet"), List.of("label", "path"), rows);
      TestTables.text(directory.resolve("b.parquet"), List.of("label", "path"), rows);

      assertThat(read(AnnotationFormat.PARQUET, directory, AnnotationFields.USUAL).size())
          .isEqualTo(2);
    }

    @Test
    void aPatternOfDirectoriesIsNamed() throws IOException {
      Files.createDirectories(directory.resolve("part-0"));
      Path pattern = directory.resolve("part-*");
      assertThatThrownBy(() -> read(AnnotationFormat.PARQUET, pattern, AnnotationFields.USUAL))
          .isInstanceOf(LongTailException.class)
          .hasMessageContaining("it matches directories and no file");
    }

    @Test
    void namesWhatIsWrong() throws IOException {
      Path file = directory.resolve("t.parquet");
      TestTables.text(file, List.of("label", "path"), List.of(Arrays.asList(null, "a.jpg")));
      assertThatThrownBy(() -> read(AnnotationFormat.PARQUET, file, AnnotationFields.USUAL))
          .isInstanceOf(LongTailException.class)
          .hasMessageContaining("t.parquet, row 0: the image a.jpg has no class");
      Path none = write("page.parquet", "<html>404</html>, which is longer than a footer");
      assertThatThrownBy(() -> read(AnnotationFormat.PARQUET, none, AnnotationFields.USUAL))
          .isInstanceOf(LongTailException.class)
          .hasMessageContaining("page.parquet failed: it is no Parquet file");
      Path absent = directory.resolve("none-*.parquet");
      assertThatThrownBy(() -> read(AnnotationFormat.PARQUET, absent, AnnotationFields.USUAL))
          .isInstanceOf(LongTailException.class)
          .hasMessageContaining("no file that it matches");
      Path empty = Files.createDirectory(directory.resolve("empty"));
      assertThatThrownBy(() -> read(AnnotationFormat.PARQUET, empty, AnnotationFields.USUAL))
          .isInstanceOf(LongTailException.class)
          .hasMessageContaining("it holds no file that ends in [.parquet");
    }
  }

  @Nested
  class TarFiles {
    @Test
    void filesOfOneKeyAreASample() throws IOException {
      tar(
          "train-0.tar",
          "./a/1.left.jpg",
          "jpg-1",
          "./a/1.cls",
          "3\n",
          "./a/1.txt",
          "a caption",
          "b.png",
          "png-b",
          "b.json",
          "{\"label\": 1, \"track\": 7}",
          "lonely.webp",
          "webp");

      AnnotatedSet set =
          read(
              AnnotationFormat.WEBDATASET,
              directory.resolve("train-0.tar"),
              new AnnotationFields("", "", "track", SeveralAnnotations.REFUSE));

      assertThat(set.annotations()).extracting(Annotation::imageId).containsExactly("a/1", "b");
      assertThat(set.labels()).containsExactly(3, 1);
      assertThat(set.annotations()).extracting(Annotation::group).containsExactly("", "7");
      assertThat(set.notes())
          .anyMatch(note -> note.startsWith("left out without a class: 1 image, such as lonely"));
      ImageCollection collection =
          collection(AnnotationFormat.WEBDATASET, directory.resolve("train-0.tar"));
      try (CollectionImages images = CollectionImages.open(collection, CONF)) {
        assertThat(text(images.read(set.annotations().get(0)))).isEqualTo("jpg-1");
        assertThat(text(images.read(set.annotations().get(1)))).isEqualTo("png-b");
      }
    }

    @Test
    void keysThatRepeatInOtherFilesAreToldApart() throws IOException {
      tar("s-0.tar", "0.jpg", "x", "0.cls", "wren");
      tar("s-1.tar", "0.jpg", "y", "0.json", "{\"species\": \"eider\"}");

      AnnotatedSet set = read(AnnotationFormat.WEBDATASET, directory, AnnotationFields.USUAL);

      assertThat(set.annotations())
          .extracting(Annotation::imageId)
          .containsExactly("s-0/0", "s-1/0");
      assertThat(set.classNames()).containsExactly("eider", "wren");
    }

    @Test
    void namesWhatIsWrong() throws IOException {
      tar("none.tar", "0.jpg", "x", "0.txt", "wren");
      assertBroken("none.tar", "0 in none.tar", "no class", "--label-column");
      tar("two.tar", "0.jpg", "x", "0.png", "y", "0.cls", "1");
      assertBroken("two.tar", "the sample '0' has several images");
      tar("odd.tar", "0.jpg", "x", "0.json", "{");
      assertBroken("odd.tar", "0.json is not valid JSON");
      byte[] whole = Files.readAllBytes(directory.resolve("two.tar"));
      Files.write(directory.resolve("cut.tar"), Arrays.copyOf(whole, 700));
      assertBroken("cut.tar", "cut.tar failed", "is it a whole tar file?");
      Files.write(directory.resolve("s.tar.gz"), whole);
      assertBroken("s.tar.gz", "not compressed");
    }

    @Test
    void classesMayBeginWithAByteOrderMarkAndDescriptionsHoldNaN() throws IOException {
      tar(
          "a.tar",
          "0.jpg",
          "x",
          "0.cls",
          "\uFEFF1",
          "1.jpg",
          "y",
          "1.json",
          "{\"label\": 0, \"f\": NaN}");

      AnnotatedSet set =
          read(AnnotationFormat.WEBDATASET, directory.resolve("a.tar"), AnnotationFields.USUAL);

      assertThat(set.labels()).containsExactly(1, 0);
    }

    @Test
    void aClassThatIsNoTextIsRefused() throws IOException {
      tar("a.tar", "0.jpg", "x", "0.cls", "1");
      Path file = directory.resolve("a.tar");
      byte[] tar = Files.readAllBytes(file);
      tar[1536] = (byte) 0xFF;
      Files.write(file, tar);

      assertBroken("a.tar", "0.cls is not UTF-8 text");
    }

    @Test
    void aDamagedHeaderIsRefused() throws IOException {
      tar("a.tar", "0.jpg", "x", "0.cls", "1");
      Path file = directory.resolve("a.tar");
      byte[] tar = Files.readAllBytes(file);
      tar[0] = '7';
      Files.write(file, tar);

      assertBroken("a.tar", "the header of 7.jpg has a wrong checksum");
    }

    @Test
    void aTarFileBehindAnotherIsNotLostInSilence() throws IOException {
      tar("a.tar", "0.jpg", "x", "0.cls", "1");
      byte[] tar = Files.readAllBytes(directory.resolve("a.tar"));
      ByteArrayOutputStream both = new ByteArrayOutputStream();
      both.write(tar);
      both.write(tar);
      Files.write(directory.resolve("both.tar"), both.toByteArray());

      assertBroken("both.tar", "it goes on behind its end", "tar -A");
    }

    @Test
    void imagesWhoseNamesBeginWithADotAreCounted() throws IOException {
      tar("a.tar", "0.jpg", "x", "0.cls", "0", "d/.1.jpg", "y", "d/._0.png", "z", ".2.cls", "1");

      AnnotatedSet set =
          read(AnnotationFormat.WEBDATASET, directory.resolve("a.tar"), AnnotationFields.USUAL);

      assertThat(set.notes())
          .containsExactly("left out, for their names begin with a dot: 2 files, such as d/.1.jpg");
    }

    private void assertBroken(String name, String... parts) {
      assertThatThrownBy(
              () ->
                  read(
                      AnnotationFormat.WEBDATASET, directory.resolve(name), AnnotationFields.USUAL))
          .isInstanceOfSatisfying(
              LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA))
          .hasMessageContainingAll(parts);
    }

    private void tar(String name, String... namesAndContents) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
        for (int i = 0; i < namesAndContents.length; i += 2) {
          byte[] content = namesAndContents[i + 1].getBytes(StandardCharsets.UTF_8);
          TarArchiveEntry entry = new TarArchiveEntry(namesAndContents[i], true);
          entry.setSize(content.length);
          tar.putArchiveEntry(entry);
          tar.write(content);
          tar.closeArchiveEntry();
        }
      }
      Files.write(directory.resolve(name), bytes.toByteArray());
    }

    private static String text(ImageContent content) {
      return new String(((ImageContent.Encoded) content).bytes(), StandardCharsets.UTF_8);
    }
  }

  @Nested
  class SeveralBoxes {
    private static final String JSON =
        """
        {"images": [{"id": 105, "file_name": "a.jpg", "site": "north"}, {"id": 700, "file_name": "b.jpg", "site": 4}],
         "categories": [{"id": 90, "name": "wren"}, {"id": 17, "name": "eider"}],
         "annotations": [{"image_id": 105, "category_id": 90, "bbox": [0, 0, 3, 4]},
                         {"image_id": 105, "category_id": 17, "bbox": [0, 0, 5, 4]},
                         {"image_id": 700, "category_id": 90}]}
        """;

    @Test
    void theLargestCountsIfThatIsAskedFor() throws IOException {
      Path file = write("coco.json", JSON);
      AnnotationFields largest = new AnnotationFields("", "", "site", SeveralAnnotations.LARGEST);

      AnnotatedSet set = read(AnnotationFormat.INAT, file, largest);

      assertThat(set.classNames()).containsExactly("eider", "wren");
      assertThat(set.annotations())
          .containsExactly(
              new Annotation("105", "a.jpg", 0, 0, 0, "north"),
              new Annotation("700", "b.jpg", 1, 0, 0, "4"));
      assertThat(set.notes())
          .anyMatch(note -> note.matches("1 image has annotations of several classes.*a.jpg"));
    }

    @Test
    void elseTheyAreRefusedAndTheOptionIsNamed() throws IOException {
      Path file = write("coco.json", JSON);
      assertThatThrownBy(() -> read(AnnotationFormat.INAT, file, AnnotationFields.USUAL))
          .hasMessageContaining("--several-annotations largest");
      Path boxless = write("boxless.json", JSON.replace("bbox", "bx"));
      AnnotationFields largest = new AnnotationFields("", "", "", SeveralAnnotations.LARGEST);
      assertThatThrownBy(() -> read(AnnotationFormat.INAT, boxless, largest))
          .hasMessageContaining("annotations[1]: the image a.jpg has several annotations")
          .hasMessageContaining("neither 'bbox' nor 'area'");
    }
  }

  @Test
  void classesOfLongTailJsonMayBeNames() throws IOException {
    Path file =
        write(
            "lt.json",
            "[{\"fpath\": \"1.jpg\", \"category_id\": \"wren\"}, {\"fpath\": \"2.jpg\", \"category_id\": \"eider\"}]");

    AnnotatedSet set = read(AnnotationFormat.LONGTAIL, file, AnnotationFields.USUAL);

    assertThat(set.classNames()).containsExactly("eider", "wren");
    assertThat(set.labels()).containsExactly(1, 0);
  }

  private AnnotatedSet read(AnnotationFormat format, Path file, AnnotationFields fields) {
    return Annotations.read(collection(format, file).withFields(fields), CONF);
  }

  private static ImageCollection collection(AnnotationFormat format, Path file) {
    return ImageCollection.of(format, file.toString(), "", "train");
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }
}
