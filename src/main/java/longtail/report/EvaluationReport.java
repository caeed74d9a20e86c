package longtail.report;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.eval.ClassResult;
import longtail.eval.Evaluation;
import longtail.image.codec.ImageCodec;
import longtail.storage.OutputFile;
import org.apache.hadoop.conf.Configuration;

/**
 * The files of one evaluation in a directory of any Hadoop file system: {@code evaluation.json},
 * {@code per_class.csv}, {@code confusion.png} and the page {@code report.html}, which needs none
 * of the others.
 */
public final class EvaluationReport {
  /** Name of the file with the figures. */
  public static final String FIGURES = "evaluation.json";

  /** Name of the file with one line per class. */
  public static final String PER_CLASS = "per_class.csv";

  /** Name of the picture of the confusion matrix. */
  public static final String CONFUSION = "confusion.png";

  /** Name of the page. */
  public static final String PAGE = "report.html";

  private final EvaluationSummary summary;
  private final Optional<byte[]> confusion;

  private EvaluationReport(EvaluationSummary summary, Optional<byte[]> confusion) {
    this.summary = summary;
    this.confusion = confusion;
  }

  /** Writes the files of {@code evaluation}; existing ones are replaced. */
  public static EvaluationReport write(
      String directory,
      String name,
      Map<String, String> facts,
      List<String> classNames,
      Evaluation evaluation,
      Configuration conf) {
    EvaluationSummary summary = EvaluationSummary.of(name, facts, classNames, evaluation);
    byte[] picture = ImageCodec.png(ConfusionImage.draw(evaluation));
    EvaluationReport report = new EvaluationReport(summary, Optional.of(picture));
    OutputFile.in(directory, PER_CLASS, conf).write(csv(summary));
    OutputFile.in(directory, CONFUSION, conf).write(picture);
    OutputFile.in(directory, PAGE, conf).write(EvaluationPage.html(summary, picture));
    OutputFile.in(directory, FIGURES, conf).write(EvaluationJson.write(summary));
    return report;
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
    OutputFile picture = OutputFile.in(directory, CONFUSION, conf);
    try {
      return new EvaluationReport(
          EvaluationJson.read(figures.read()),
          picture.exists() ? Optional.of(picture.read()) : Optional.empty());
    } catch (IOException e) {
      throw figures.unreadable("reading the figures of", e);
    }
  }

  /** The figures. */
  public EvaluationSummary summary() {
    return summary;
  }

  /** The picture of the confusion matrix as PNG, if it was found. */
  Optional<byte[]> confusion() {
    return confusion;
  }

  private static String csv(EvaluationSummary summary) {
    StringBuilder csv = new StringBuilder("class,name,group,training,test,correct,accuracy\n");
    for (ClassResult result : summary.classes()) {
      csv.append(result.label())
          .append(',')
          .append(Csv.quoted(summary.classNames().get(result.label())))
          .append(',')
          .append(result.group().key())
          .append(',')
          .append(result.training())
          .append(',')
          .append(result.test())
          .append(',')
          .append(result.correct())
          .append(',')
          .append(result.tested() ? Double.toString(result.accuracy()) : "")
          .append('\n');
    }
    return csv.toString();
  }
}
