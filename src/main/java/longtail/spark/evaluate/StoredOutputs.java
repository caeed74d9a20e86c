package longtail.spark.evaluate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.ClassCounts;
import longtail.dataset.Shots;
import longtail.shard.NetworkOutput;
import longtail.storage.CommittedFile;
import longtail.storage.FileSystems;
import longtail.storage.StorageFailure;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * {@code outputs.json}: what must be known beside the tables of an {@link OutputStore} to score
 * them without the model and the images. It is written last.
 *
 * @param formatVersion version of this file
 * @param name of the model in tables
 * @param modelDigest SHA-256 of the model zip
 * @param facts where the model and the data came from, in order
 * @param outputs the tables
 * @param shots thresholds of many, medium and few
 * @param trainingCounts training images of each class; empty if they are not known
 * @param testedCounts images of each class in the tables
 * @param rowNorms of a linear classifier; empty if the head is another one
 * @param bias of a linear classifier
 * @param classNames name of each class
 */
public record StoredOutputs(
    int formatVersion,
    String name,
    String modelDigest,
    Map<String, String> facts,
    List<NetworkOutput> outputs,
    Shots shots,
    List<Integer> trainingCounts,
    List<Integer> testedCounts,
    List<Double> rowNorms,
    List<Double> bias,
    List<String> classNames) {
  private static final int FORMAT_VERSION = 1;
  private static final String FILE = "outputs.json";
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .build();

  /** Describes the outputs of a model. */
  static StoredOutputs of(
      EvaluationSubject subject,
      String modelDigest,
      List<NetworkOutput> outputs,
      Optional<LinearClassifier> classifier) {
    return new StoredOutputs(
        FORMAT_VERSION,
        subject.name(),
        modelDigest,
        subject.facts(),
        outputs,
        subject.shots(),
        subject.training().map(StoredOutputs::list).orElse(List.of()),
        list(subject.tested()),
        classifier.map(linear -> list(linear.norms())).orElse(List.of()),
        classifier.map(linear -> list(linear.bias())).orElse(List.of()),
        subject.classNames());
  }

  private static List<Integer> list(ClassCounts counts) {
    return Arrays.stream(counts.toArray()).boxed().toList();
  }

  private static List<Double> list(double... values) {
    return Arrays.stream(values).boxed().toList();
  }

  private static Path at(String directory) {
    return FileSystems.child(directory, FILE);
  }

  /** Removes the file, so that tables that are being written do not count. */
  static void clear(String directory, Configuration conf) throws IOException {
    FileSystems.of(at(directory), conf).delete(at(directory), false);
  }

  /** Writes the file to {@code directory}. */
  void write(String directory, Configuration conf) {
    Path file = at(directory);
    try {
      CommittedFile.write(file, MAPPER.writeValueAsBytes(this), conf);
    } catch (IOException e) {
      throw StorageFailure.of("writing", file, e);
    }
  }

  /**
   * Reads the file in {@code directory}.
   *
   * @throws LongTailException (DATA) when there is none, or it is of another version
   */
  static StoredOutputs read(String directory, Configuration conf) {
    Path file = at(directory);
    try (InputStream in = FileSystems.open(file, conf)) {
      StoredOutputs stored = MAPPER.readValue(in.readAllBytes(), StoredOutputs.class);
      if (stored == null) {
        throw new IOException("it holds null");
      }
      if (stored.formatVersion != FORMAT_VERSION) {
        throw new IOException(
            "it has format version %d, this program reads %d"
                .formatted(stored.formatVersion, FORMAT_VERSION));
      }
      stored.check();
      return stored;
    } catch (JsonProcessingException e) {
      throw new LongTailException(
          ErrorCode.DATA,
          "reading %s: it is damaged: %s; write it again with jobs/evaluate --store"
              .formatted(file, e.getOriginalMessage().lines().findFirst().orElse("")),
          e);
    } catch (FileNotFoundException e) {
      throw new LongTailException(
          ErrorCode.DATA,
          "looking for stored outputs: there is no %s; write them with jobs/evaluate --store"
              .formatted(file),
          e);
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.DATA, "reading %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** Lengths, and null elements, which the mapper does not see. */
  private void check() throws IOException {
    int classes = classNames.size();
    boolean whole =
        Stream.of(facts.values(), outputs, trainingCounts, testedCounts, rowNorms, bias, classNames)
            .noneMatch(values -> values.stream().anyMatch(Objects::isNull));
    boolean fits =
        testedCounts.size() == classes
            && (trainingCounts.isEmpty() || trainingCounts.size() == classes)
            && (rowNorms.isEmpty() || rowNorms.size() == classes)
            && bias.size() <= classes;
    boolean counted =
        whole
            && Stream.concat(trainingCounts.stream(), testedCounts.stream()).allMatch(n -> n >= 0);
    if (classes == 0 || !fits || !counted) {
      throw new IOException("it is damaged: its lists do not fit %d classes".formatted(classes));
    }
  }

  /** The file in {@code directory}, if there is one. */
  public static Optional<StoredOutputs> find(String directory, Configuration conf) {
    try {
      return FileSystems.of(at(directory), conf).exists(at(directory))
          ? Optional.of(read(directory, conf))
          : Optional.empty();
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.DATA, "looking for %s: %s".formatted(at(directory), e.getMessage()), e);
    }
  }

  /** What figures of the outputs depend on, with their counts and name unless others are given. */
  EvaluationSubject subject(
      Optional<String> otherName, Optional<ClassCounts> otherCounts, double threshold) {
    return new EvaluationSubject(
        otherName.orElse(name),
        facts,
        classNames,
        otherCounts.or(
            () -> Optional.of(trainingCounts).filter(n -> !n.isEmpty()).map(StoredOutputs::counts)),
        counts(testedCounts),
        shots,
        threshold);
  }

  private static ClassCounts counts(List<Integer> counts) {
    return ClassCounts.of(counts.stream().mapToInt(Integer::intValue).toArray());
  }

  /**
   * What tau normalisation must know.
   *
   * @throws LongTailException (CONFIG) if the model's head was not linear
   */
  LinearClassifier classifier() {
    if (rowNorms.isEmpty()) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "tau normalisation needs the outputs of a checkpoint with head: linear, %s has another one or is no checkpoint; leave --tau away"
              .formatted(name));
    }
    return new LinearClassifier(
        rowNorms.stream().mapToDouble(Double::doubleValue).toArray(),
        bias.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /**
   * Checks that {@code output} was kept.
   *
   * @throws LongTailException (CONFIG) if not
   */
  void require(NetworkOutput output, String directory) {
    if (!outputs.contains(output)) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "scoring the %s in %s: only %s were kept; write all with jobs/evaluate --store"
              .formatted(
                  output.key(), directory, outputs.stream().map(NetworkOutput::key).toList()));
    }
  }
}
