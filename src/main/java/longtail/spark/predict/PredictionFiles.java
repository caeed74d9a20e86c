package longtail.spark.predict;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import longtail.LongTailException;
import longtail.storage.CommittedFile;
import longtail.storage.FileSystems;
import longtail.storage.StorageFailure;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The files of a prediction, and how they come into being.
 *
 * <p>A task writes a part as a {@link CommittedFile}; the part then gets a report, which makes it
 * count. The reports lie in the folder {@code _predicting} of the output directory beside a
 * description of all that the predictions depend on. A second run with the same description keeps
 * the parts that have a report; with another one it begins anew. When all parts are there, those of
 * text become one file; {@code predictions.json}, written last, says that the predictions are
 * complete, and the folder goes.
 *
 * @param directory output directory
 * @param format of the predictions
 */
record PredictionFiles(String directory, PredictionFormat format) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** What is written last. */
  static final String SUMMARY = "predictions.json";

  /** The contact sheet. */
  static final String PAGE = "predictions.html";

  private static final String PROGRESS = "_predicting";
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  /**
   * Begins the predictions, or goes on with unfinished ones of the same {@code description}.
   *
   * @return whether earlier ones go on
   */
  boolean begin(Object description, Configuration conf) {
    Path note = FileSystems.child(progress(), "description.json");
    try {
      byte[] wanted = JSON.writeValueAsBytes(description);
      FileSystem files = FileSystems.of(note, conf);
      delete(SUMMARY, conf);
      if (files.exists(note) && Arrays.equals(read(note, conf), wanted)) {
        CommittedFile.removeAbandoned(part(0).getParent(), conf);
        CommittedFile.removeAbandoned(progress(), conf);
        return true;
      }
      files.delete(progress(), true);
      delete(PAGE, conf);
      for (PredictionFormat any : PredictionFormat.values()) {
        delete(any.file(), conf);
      }
      CommittedFile.write(note, wanted, conf);
      return false;
    } catch (IOException e) {
      throw failed("beginning the predictions in", e);
    }
  }

  /** The report of {@code part}, if the part is complete. */
  Optional<PartReport> finished(int part, Configuration conf) {
    try {
      FileSystem files = FileSystems.of(progress(), conf);
      PartReport report = JSON.readValue(read(report(part), conf), PartReport.class);
      return files.exists(part(part)) && files.getFileStatus(part(part)).getLen() == report.bytes()
          ? Optional.of(report)
          : Optional.empty();
    } catch (FileNotFoundException missing) {
      return Optional.empty();
    } catch (IOException e) {
      throw failed("going on with the predictions in", e);
    }
  }

  /** Notes that {@code part} is complete. */
  void complete(int part, PartReport report, Configuration conf) throws IOException {
    long bytes = FileSystems.of(progress(), conf).getFileStatus(part(part)).getLen();
    CommittedFile.write(report(part), JSON.writeValueAsBytes(report.withBytes(bytes)), conf);
  }

  /**
   * Puts {@code parts} complete parts of text together behind {@code heading}; marks a directory of
   * Parquet files as complete, as Spark does.
   */
  void join(int parts, String heading, Configuration conf) {
    Path target = FileSystems.child(directory, format.file());
    try {
      FileSystem files = FileSystems.of(target, conf);
      if (format == PredictionFormat.PARQUET) {
        CommittedFile.write(FileSystems.child(target, "_SUCCESS"), new byte[0], conf);
        return;
      }
      CommittedFile.write(
          target,
          out -> {
            out.write(heading.getBytes(StandardCharsets.UTF_8));
            for (int part = 0; part < parts; part++) {
              try (InputStream in = files.open(part(part))) {
                in.transferTo(out);
              }
            }
          },
          conf);
    } catch (IOException e) {
      throw failed("putting together the predictions in", e);
    }
  }

  /** Writes {@code summary} as the last file, and removes what only unfinished predictions need. */
  void publish(Object summary, Configuration conf) {
    try {
      CommittedFile.write(
          FileSystems.child(directory, SUMMARY), JSON.writeValueAsBytes(summary), conf);
      FileSystems.of(progress(), conf).delete(progress(), true);
    } catch (IOException e) {
      throw failed("completing the predictions in", e);
    }
  }

  private Path progress() {
    return FileSystems.child(directory, PROGRESS);
  }

  /** Where {@code part} is written. */
  Path part(int part) {
    Path folder =
        format == PredictionFormat.PARQUET
            ? FileSystems.child(directory, format.file())
            : progress();
    return FileSystems.child(folder, name(part, format.extension()));
  }

  private static String name(int part, String extension) {
    return String.format(Locale.ROOT, "part-%05d.%s", part, extension);
  }

  private Path report(int part) {
    return FileSystems.child(progress(), name(part, "json"));
  }

  private void delete(String name, Configuration conf) throws IOException {
    Path file = FileSystems.child(directory, name);
    FileSystems.of(file, conf).delete(file, true);
  }

  private static byte[] read(Path file, Configuration conf) throws IOException {
    try (InputStream in = FileSystems.of(file, conf).open(file)) {
      return in.readAllBytes();
    }
  }

  private LongTailException failed(String attempt, IOException cause) {
    return StorageFailure.of(attempt, directory, cause);
  }
}
