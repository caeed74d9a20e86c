package longtail.spark.ml;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.StringArrayParam;
import org.junit.jupiter.api.Test;

/** The Python package in the jar, which is called as the Java package is, knows the same params. */
class PythonPackageTest {
  /** What PySpark's own mixins bring. */
  private static final Pattern MIXIN = Pattern.compile("^    Has(\\w+),$", Pattern.MULTILINE);

  private static final Pattern PARAM =
      Pattern.compile(
          "^    (\\w+) = _param\\(\"(\\w+)\", TypeConverters\\.(\\w+)\\)$", Pattern.MULTILINE);

  private static final Map<Class<?>, String> CONVERTERS =
      Map.of(
          Param.class, "toString",
          DoubleParam.class, "toFloat",
          IntParam.class, "toInt",
          LongParam.class, "toInt",
          BooleanParam.class, "toBoolean",
          StringArrayParam.class, "toListString");

  private static String source() throws IOException {
    try (InputStream in = LongTailClassifier.class.getResourceAsStream("__init__.py")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void paramsAreThoseOfTheJavaClass() throws IOException {
    LongTailClassifier classifier = new LongTailClassifier();
    Set<String> python = new TreeSet<>();
    MIXIN
        .matcher(source())
        .results()
        .forEach(
            mixin ->
                python.add(
                    Character.toLowerCase(mixin.group(1).charAt(0)) + mixin.group(1).substring(1)));
    PARAM
        .matcher(source())
        .results()
        .forEach(
            param -> {
              assertThat(param.group(1)).isEqualTo(param.group(2));
              python.add(param.group(1));
              assertThat(CONVERTERS.get(classifier.getParam(param.group(1)).getClass()))
                  .as(param.group(1))
                  .isEqualTo(param.group(3));
            });
    List<String> java = Arrays.stream(classifier.params()).map(Param::name).toList();
    assertThat(python).containsExactlyInAnyOrderElementsOf(java);
  }

  @Test
  void everyFolderAboveItIsAPackage() {
    for (String folder : List.of("/longtail", "/longtail/spark", "/longtail/spark/ml")) {
      assertThat(LongTailClassifier.class.getResource(folder + "/__init__.py")).isNotNull();
    }
  }
}
