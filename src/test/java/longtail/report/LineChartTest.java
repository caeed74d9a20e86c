package longtail.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every series of numbers has a picture of bounded size, in no time. */
class LineChartTest {
  private static final int LARGEST = 20_000;

  private static LineChart.Line line(double... values) {
    int[] x = {0};
    return new LineChart.Line(
        "line", DoubleStream.of(values).mapToObj(y -> new LineChart.Point(x[0]++, y)).toList());
  }

  private static String html(LineChart.Line line) {
    return Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(10), () -> new LineChart("x", "y", List.of(line)).html());
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.0, 1, -1, 100, 1e-12, -1e-12, 1e-300, 1e12, -1e12, 1e300})
  void aConstantSeriesHasAPicture(double value) {
    String html = html(line(value, value, value));
    assertThat(html)
        .startsWith("<figure")
        .endsWith("</figure>\n")
        .doesNotContain("NaN", "Infinity");
    assertThat(html.length()).isLessThan(LARGEST);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-15, 1e-9, 1, 1e9, 1e15, 1e200})
  void everyRangeHasAPicture(double range) {
    for (double low : new double[] {0, 1, -range, 1e6, -1e6}) {
      String html = html(line(low, low + range, low + range / 2));
      assertThat(html)
          .startsWith("<figure")
          .endsWith("</figure>\n")
          .doesNotContain("NaN", "Infinity");
      assertThat(html.length()).isLessThan(LARGEST);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 3, 1e16, -1e16})
  void pointsAboveOneAnotherHaveAPicture(double x) {
    LineChart.Line upright =
        new LineChart.Line("line", List.of(new LineChart.Point(x, 0), new LineChart.Point(x, 50)));
    assertThat(html(upright).length()).isBetween(1, LARGEST);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1, Double.NaN})
  void onePointHasNone(double value) {
    assertThat(html(line(value))).isEmpty();
  }
}
