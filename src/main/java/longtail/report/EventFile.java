package longtail.report;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32C;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.eval.Evaluation;
import longtail.image.RgbImage;
import longtail.image.codec.ImageCodec;
import longtail.storage.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.nd4j.shade.protobuf.ByteString;
import org.nd4j.shade.protobuf.Message;
import org.tensorflow.framework.DataType;
import org.tensorflow.framework.Summary;
import org.tensorflow.framework.SummaryMetadata;
import org.tensorflow.framework.TensorProto;
import org.tensorflow.framework.TensorShapeProto;

/**
 * An event file of TensorBoard: events in the framing of TFRecord, each with its length and two
 * masked CRC-32C. A resumed run writes a further file, which begins by saying from which step on
 * the events of those before do not count.
 *
 * <p>Events are handed to the file system about once a second; where it shows files only when they
 * are closed, as object stores do, they are seen at the end of the run.
 */
public final class EventFile implements AutoCloseable {
  private static final int MASK = 0xa282ead8;
  private static final long FLUSH_NANOS = 1_000_000_000L;
  private static final int RGB = 3;

  private final Path path;
  private final FSDataOutputStream out;
  private long flushed = System.nanoTime();

  private EventFile(Path path, FSDataOutputStream out) {
    this.path = path;
    this.out = out;
  }

  /**
   * A new file in {@code directory}.
   *
   * @param iteration steps done before
   * @throws LongTailException (TRAINING) if it cannot be written
   */
  public static EventFile create(String directory, long iteration, Configuration conf) {
    long seconds = Instant.now().getEpochSecond();
    String name =
        String.format(Locale.ROOT, "events.out.tfevents.%010d.%s.%d", seconds, host(), iteration);
    Path path = FileSystems.child(directory, name);
    try {
      EventFile file = new EventFile(path, FileSystems.of(path, conf).create(path, true));
      file.append(EventMessage.version());
      file.append(EventMessage.start(iteration + 1));
      return file;
    } catch (IOException e) {
      throw failure(path, e);
    }
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName().replaceAll("[^\\w.-]", "_");
    } catch (UnknownHostException e) {
      return "localhost"; // the name serves people only
    }
  }

  /** Adds a point to the curve of each number of {@code event}, an entry of {@link MetricsLog}. */
  public void scalars(long step, Map<String, ?> event) {
    Summary.Builder summary = Summary.newBuilder();
    EventTags.scalars(event)
        .forEach(
            (tag, value) ->
                summary.addValueBuilder().setTag(tag).setSimpleValue(value.floatValue()));
    add(EventMessage.of(step, summary.build()));
  }

  /** Adds the confusion matrix of {@code evaluation} as a picture. */
  public void confusion(long step, String tag, Evaluation evaluation) {
    RgbImage image = ConfusionImage.draw(evaluation);
    Summary.Image picture =
        Summary.Image.newBuilder()
            .setHeight(image.height())
            .setWidth(image.width())
            .setColorspace(RGB)
            .setEncodedImageString(ByteString.copyFrom(ImageCodec.png(image)))
            .build();
    Summary.Builder summary = Summary.newBuilder();
    summary.addValueBuilder().setTag(tag).setImage(picture);
    add(EventMessage.of(step, summary.build()));
  }

  /** Adds {@code markdown} to the page of texts. */
  public void text(long step, String tag, String markdown) {
    Summary.Builder summary = Summary.newBuilder();
    summary
        .addValueBuilder()
        .setTag(tag)
        .setMetadata(
            SummaryMetadata.newBuilder()
                .setPluginData(SummaryMetadata.PluginData.newBuilder().setPluginName("text")))
        .setTensor(
            TensorProto.newBuilder()
                .setDtype(DataType.DT_STRING)
                .setTensorShape(
                    TensorShapeProto.newBuilder()
                        .addDim(TensorShapeProto.Dim.newBuilder().setSize(1)))
                .addStringVal(ByteString.copyFromUtf8(markdown)));
    add(EventMessage.of(step, summary.build()));
  }

  private void add(Message event) {
    try {
      append(event);
      if (System.nanoTime() - flushed > FLUSH_NANOS) {
        flush();
        flushed = System.nanoTime();
      }
    } catch (IOException e) {
      throw failure(path, e);
    }
  }

  private void append(Message event) throws IOException {
    byte[] content = event.toByteArray();
    byte[] length =
        ByteBuffer.allocate(Long.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(content.length)
            .array();
    out.write(length);
    out.write(masked(length));
    out.write(content);
    out.write(masked(content));
  }

  /** The masked CRC-32C of {@code bytes}, little-endian. */
  private static byte[] masked(byte[] bytes) {
    CRC32C sum = new CRC32C();
    sum.update(bytes);
    return ByteBuffer.allocate(Integer.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(Integer.rotateRight((int) sum.getValue(), 15) + MASK)
        .array();
  }

  private void flush() throws IOException {
    try {
      out.hflush();
    } catch (UnsupportedOperationException e) {
      out.flush(); // an object store
    }
  }

  @Override
  public void close() {
    try {
      out.close();
    } catch (IOException e) {
      throw failure(path, e);
    }
  }

  private static LongTailException failure(Path path, IOException cause) {
    return new LongTailException(
        ErrorCode.TRAINING,
        "cannot write %s: %s; check space and permissions, then run the command again with --resume, or set tensorboard: false"
            .formatted(path, cause.getMessage()),
        cause);
  }
}
