package longtail.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import longtail.storage.OutputFile;
import org.apache.hadoop.conf.Configuration;

/** The page that compares the powers of tau-normalisation of one model. */
public final class PowersPage {
  /** Name of the page in the directory that the reports of the powers are below. */
  public static final String PAGE = EvaluationReport.PAGE;

  private PowersPage() {}

  /**
   * A power of the classifier's norms.
   *
   * @param tau the power
   * @param directory of its report
   * @param evaluation its figures
   */
  public record Power(double tau, String directory, EvaluationSummary evaluation) {}

  /** Writes the page of the model {@code name} to {@code directory}. */
  public static void write(
      String directory,
      String name,
      Map<String, String> facts,
      List<Power> powers,
      Configuration conf) {
    OutputFile.in(directory, PAGE, conf).write(html(name, facts, powers));
  }

  private static String html(String name, Map<String, String> facts, List<Power> powers) {
    StringBuilder body = new StringBuilder();
    body.append("<h1>%s under tau-normalisation</h1>\n".formatted(Html.escape(name)));
    Html.appendFacts(body, facts);
    body.append("<p class=\"note\">Accuracy in percent with the rows of the classifier divided by ")
        .append("this power of their norm; many, medium and few are means over classes with so ")
        .append("many training images. The best of each column is set off.</p>\n");
    FigureTable table = new FigureTable("tau");
    for (Power power : powers) {
      String folder = power.directory.substring(power.directory.lastIndexOf('/') + 1);
      table.addLinked(
          power(power.tau),
          folder + "/" + EvaluationReport.PAGE,
          ComparedFigure.all(power.evaluation));
    }
    body.append(table.html());
    body.append("<h2>Accuracy by power</h2>\n").append(chart(powers));
    return Html.page(name + " under tau-normalisation", body.toString());
  }

  private static String chart(List<Power> powers) {
    List<LineChart.Line> lines = new ArrayList<>();
    for (ComparedFigure figure : ComparedFigure.values()) {
      if (figure != ComparedFigure.TOP5 && figure != ComparedFigure.MACRO_F1) {
        lines.add(
            new LineChart.Line(
                figure.heading(),
                powers.stream()
                    .map(p -> new LineChart.Point(p.tau, 100 * figure.of(p.evaluation)))
                    .toList()));
      }
    }
    return new LineChart("tau", "accuracy, %", lines).html();
  }

  private static String power(double tau) {
    return Double.toString(Math.round(tau * 1e6) / 1e6);
  }
}
