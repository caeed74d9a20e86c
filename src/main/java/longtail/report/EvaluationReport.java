package longtail.report;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.eval.Evaluation;
import longtail.image.codec.ImageCodec;
import longtail.storage.OutputFile;
import org.apache.hadoop.conf.Configuration;

/**
 * The files of one evaluation in a directory of any Hadoop file system: {@code evaluation.json},
 * {@code per_class.csv}, the confusions as {@code confusion.csv}, {@code confusion.json} and {@code
 * confusion.png}, and the page {@code report.html}, which needs none of the others.
 */
public final class EvaluationReport {
  /** Name of the file with the figures. */
  public static final String FIGURES = "evaluation.json";

  /** Name of the file with one line per class. */
  public static final String PER_CLASS = "per_class.csv";

  /** Name of the file with one line per confusion. */
  public static final String CONFUSION_COUNTS = "confusion.csv";

  /** Name of the file with the cells of the confusion matrix that are not 0. */
  public static final String CONFUSION_CELLS = "confusion.json";

  /** Name of the picture of the confusion matrix. */
  public static final String CONFUSION = "confusion.png";

  /** Name of the page. */
  public static final String PAGE = "report.html";

  private final EvaluationSummary summary;
  private final Optional<Confusions> confusions;

  private EvaluationReport(EvaluationSummary summary, Optional<Confusions> confusions) {
    this.summary = summary;
    this.confusions = confusions;
  }

  /**
   * Writes the files of {@code evaluation}; existing ones are replaced.
   *
   * @param training events of the log of the run that trained the model, for the curves of the
   *     page; none if it is not at hand
   */
  public static EvaluationReport write(
      String directory,
      String name,
      Map<String, String> facts,
      List<String> classNames,
      Evaluation evaluation,
      List<Map<String, Object>> training,
      Configuration conf) {
    EvaluationSummary summary = EvaluationSummary.of(name, facts, classNames, evaluation);
    Confusions confusions = new Confusions(evaluation.confusion());
    OutputFile.in(directory, PER_CLASS, conf).write(csv(summary));
    OutputFile.in(directory, CONFUSION_COUNTS, conf).write(confusions.csv(classNames));
    OutputFile.in(directory, CONFUSION_CELLS, conf).write(confusions.json(classNames));
    OutputFile.in(directory, CONFUSION, conf)
        .write(ImageCodec.png(ConfusionImage.draw(evaluation)));
    OutputFile.in(directory, PAGE, conf).write(EvaluationPage.html(summary, confusions, training));
    OutputFile.in(directory, FIGURES, conf).write(EvaluationJson.write(summary));
    return new EvaluationReport(summary, Optional.of(confusions));
  }

  /** Whether {@link #write} wrote all of its files to {@code directory}. */
  public static boolean exists(String directory, Configuration conf) {
    return OutputFile.in(directory, FIGURES, conf).exists();
  }

  /** Reads what {@link #write} wrote to {@code directory}. */
  public static EvaluationReport read(String directory, Configuration conf) {
    OutputFile figures = OutputFile.in(directory, FIGURES, conf);
    if (!figures.exists()) {
      throw new LongTailException(
          ErrorCode.DATA,
          "reading an evaluation: %s does not exist; evaluate the model first".formatted(figures));
    }
    OutputFile cells = OutputFile.in(directory, CONFUSION_CELLS, conf);
    OutputFile read = figures;
    try {
      EvaluationSummary summary = EvaluationJson.read(figures.read());
      read = cells;
      Optional<Confusions> confusions =
          cells.exists() ? Optional.of(Confusions.read(cells.read())) : Optional.empty();
      return new EvaluationReport(
          summary, confusions.filter(c -> c.matrix().classes() == summary.perClass().size()));
    } catch (IOException e) {
      throw read.unreadable("reading the figures of", e);
    }
  }

  /** The figures. */
  public EvaluationSummary summary() {
    return summary;
  }

  /** What was taken for what; earlier versions did not write it. */
  Optional<Confusions> confusions() {
    return confusions;
  }

  private static String csv(EvaluationSummary summary) {
    StringBuilder csv =
        new StringBuilder("class,name,group,training,test,correct,accuracy,precision,f1\n");
    for (ClassFigures figures : summary.perClass()) {
      csv.append(figures.label())
          .append(',')
          .append(Csv.quoted(figures.name()))
          .append(',')
          .append(figures.group().key())
          .append(',')
          .append(figures.training())
          .append(',')
          .append(figures.test())
          .append(',')
          .append(figures.correct())
          .append(',')
          .append(known(figures.accuracy()))
          .append(',')
          .append(known(figures.precision()))
          .append(',')
          .append(known(figures.f1()))
          .append('\n');
    }
    return csv.toString();
  }

  private static String known(double figure) {
    return Double.isNaN(figure) ? "" : Double.toString(figure);
  }
}
