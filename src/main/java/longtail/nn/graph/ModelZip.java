package longtail.nn.graph;

import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.nn.head.Linear;
import longtail.nn.head.MetaEmbedded;
import longtail.nn.head.NormalizedLinear;
import longtail.nn.head.RectifiedLinear;
import longtail.nn.head.ScaledLinear;
import longtail.nn.layer.BatchNormalization;
import longtail.nn.layer.BranchFeatures;
import longtail.nn.layer.Convolution;
import longtail.nn.layer.GlobalAveragePool;
import longtail.nn.layer.MaxPool;
import longtail.nn.layer.ModulatedAttention;
import longtail.nn.layer.PaddedSubsample;
import longtail.nn.layer.ResidualSum;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.serde.JsonMappers;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.DeserializationContext;
import org.nd4j.shade.jackson.databind.JavaType;
import org.nd4j.shade.jackson.databind.deser.DeserializationProblemHandler;
import org.nd4j.shade.jackson.databind.jsontype.TypeIdResolver;

/**
 * The file of a network: a model zip of Deeplearning4j's {@code ModelSerializer}, which names each
 * layer by its class.
 */
public final class ModelZip {
  /** The package of all layers in files of earlier versions. */
  private static final String EARLIER_PACKAGE = "longtail.nn.";

  /** The earliest that a zip can say, in no time zone. */
  private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

  private static final Map<String, Class<?>> EARLIER_NAMES =
      Stream.of(
              BatchNormalization.class,
              BranchFeatures.class,
              Convolution.class,
              GlobalAveragePool.class,
              MaxPool.class,
              ModulatedAttention.class,
              PaddedSubsample.class,
              ResidualSum.class,
              Linear.class,
              MetaEmbedded.class,
              NormalizedLinear.class,
              RectifiedLinear.class,
              ScaledLinear.class)
          .collect(
              Collectors.toUnmodifiableMap(
                  layer -> EARLIER_PACKAGE + layer.getSimpleName(), Function.identity()));

  private static final String CONFIGURATION = "configuration.json";
  private static final String PARAMETERS = "coefficients.bin";
  private static final int LONGEST_CONFIGURATION = 64 << 20;

  /** How much larger than their zip parameters can be: deflating gains little. */
  private static final long MOST_INFLATION = 16;

  private static final long LEAST_ROOM = 256L << 20;

  static {
    JsonMappers.getMapper().addHandler(new EarlierNames());
  }

  private ModelZip() {}

  /** Asked for classes that are not there; what it does not know either stays an error. */
  private static final class EarlierNames extends DeserializationProblemHandler {
    @Override
    public JavaType handleUnknownTypeId(
        DeserializationContext context,
        JavaType base,
        String name,
        TypeIdResolver resolver,
        String failure) {
      Class<?> layer = EARLIER_NAMES.get(name);
      return layer == null ? null : context.getTypeFactory().constructType(layer);
    }
  }

  /**
   * Reads what {@link #write} wrote; {@code in} stays open. Deeplearning4j's own reader would also
   * run what a file brings as a serialised object, and take memory for whatever it claims.
   *
   * @throws LongTailException (DATA) if it is no such zip
   */
  public static ComputationGraph read(InputStream in) throws IOException {
    byte[] file = in.readAllBytes();
    try {
      ComputationGraphConfiguration configuration =
          ComputationGraphConfiguration.fromJson(
              new String(
                  entry(file, CONFIGURATION, entry -> entry.readNBytes(LONGEST_CONFIGURATION)),
                  StandardCharsets.UTF_8));
      long room = Math.max(LEAST_ROOM, MOST_INFLATION * file.length);
      INDArray parameters = entry(file, PARAMETERS, entry -> SavedArray.read(entry, room));
      configuration.setDataType(parameters.dataType());
      ComputationGraph graph = new ComputationGraph(configuration);
      graph.init(parameters, false);
      return graph;
    } catch (IOException | RuntimeException | StackOverflowError e) {
      // Deeplearning4j throws unchecked exceptions for a foreign layer
      throw unreadable(e);
    }
  }

  /** The error of a file that is no network of this program, for the reason {@code e}. */
  public static LongTailException unreadable(Throwable e) {
    String reason =
        e.getMessage() == null ? "it ends early" : e.getMessage().lines().findFirst().orElse("");
    return new LongTailException(
        ErrorCode.DATA,
        "Cannot read the network: not a model zip written by this program, or damaged (%s)"
            .formatted(reason),
        e);
  }

  private interface Reading<T> {
    T from(InputStream entry) throws IOException;
  }

  private static <T> T entry(byte[] file, String name, Reading<T> reading) throws IOException {
    ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(file));
    for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
      if (entry.getName().equals(name)) {
        T content = reading.from(zip);
        if (zip.read() >= 0) {
          throw new IOException("%s is longer than it can be".formatted(name));
        }
        return content;
      }
    }
    throw new IOException("it has no " + name);
  }

  /**
   * Writes {@code graph} without a state of its optimiser; {@code out} stays open. Equal networks
   * give equal bytes: {@code ModelSerializer} would note the time.
   */
  public static void write(ComputationGraph graph, OutputStream out) throws IOException {
    ZipOutputStream zip = new ZipOutputStream(out);
    begin(zip, ModelSerializer.CONFIGURATION_JSON);
    zip.write(graph.getConfiguration().toJson().getBytes(StandardCharsets.UTF_8));
    zip.closeEntry();
    begin(zip, ModelSerializer.COEFFICIENTS_BIN);
    DataOutputStream numbers = new DataOutputStream(new BufferedOutputStream(zip, 1 << 16));
    Nd4j.write(graph.params(), numbers);
    numbers.flush();
    zip.closeEntry();
    zip.finish();
  }

  private static void begin(ZipOutputStream zip, String name) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setTimeLocal(TIME);
    zip.putNextEntry(entry);
  }
}
