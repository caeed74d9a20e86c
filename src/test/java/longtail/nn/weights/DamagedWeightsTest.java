package longtail.nn.weights;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import longtail.ErrorCode;
import longtail.LongTailException;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of weights that claim what cannot be cost neither memory nor time. */
class DamagedWeightsTest {
  private static final String TENSOR = "ctorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storage";
  private static final String FLOATS = "ctorch\nFloatStorage\nX\1\0\0\0kX\3\0\0\0cpu";

  /** A dictionary with one tensor 'w' of these extents on a storage of {@code claimed} elements. */
  private static String tensor(long claimed, long offset, String shape, String strides) {
    return "\u0080\2}X\1\0\0\0w"
        + TENSOR
        + FLOATS
        + number(claimed)
        + "tQ"
        + number(offset)
        + tuple(shape)
        + tuple(strides)
        + "\u0089}tRs.";
  }

  private static String tuple(String numbers) {
    StringBuilder tuple = new StringBuilder("(");
    for (String n : numbers.split(" ", -1)) {
      tuple.append(number(Long.parseLong(n)));
    }
    return tuple + "t";
  }

  private static String number(long value) {
    return "\u008a\10"
        + new String(
            ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array(),
            ISO_8859_1);
  }

  @ParameterizedTest
  @CsvSource({
    "2147483647, 0, 2, 1",
    "9223372036854775807, 0, 2, 1",
    "-1, 0, 2, 1",
    "2, 0, 2147483647, 1",
    "2, 0, 4294967296 4294967296, 1 1",
    "2, 0, 2, -1",
    "2, 1, 2, 1",
    "2, -1, 1, 1",
    "2, 9223372036854775807, 2, 1",
    "2, 0, -2, 1",
    "2, 0, 2, 9223372036854775807",
    "2, 0, 2 2, 1"
  })
  void impossibleTensorsAreRefused(long claimed, long offset, String shape, String strides)
      throws IOException {
    refused(zip(tensor(claimed, offset, shape, strides), new byte[8]));
  }

  @Test
  void aPossibleOneIsRead() throws IOException {
    TorchCheckpoint read = read(zip(tensor(2, 0, "2", "1"), new byte[8]));
    assertThat(read.tensors().get("w").values()).containsExactly(0, 0);
  }

  @Test
  void storagesThatInflateToMoreThanWeightsDoAreRefused() throws IOException {
    byte[] bomb = zip(tensor(75_000_000, 0, "2", "1"), new byte[300_000_000]);
    assertThat(bomb.length).isLessThan(1 << 20);
    refused(bomb, "inflates");
  }

  @Test
  void aPickleThatInflatesToMoreThanOneHasIsRefused() throws IOException {
    refused(zip("\u0080\2" + "N0".repeat(150_000_000), new byte[0]));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X\u00ff\u00ff\u00ff\u007f",
        "T\u00ff\u00ff\u00ff\u007f",
        "B\u00ff\u00ff\u00ff\u007f",
        "\u008b\u00ff\u00ff\u00ff\u007f",
        "\u008d\u00ff\u00ff\u00ff\u007f\0\0\0\0",
        "\u008e\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f",
        "\u0096\u00ff\u00ff\u00ff\u007f\0\0\0\0",
        "X\u00ff\u00ff\u00ff\u00ff",
        "L999",
        "}(]K\1u.",
        "}]K\1s.",
        "P1\n.",
        "e",
        "u",
        "R",
        "\u0093",
        "Q",
        "(((((",
        "h\5",
        "cos\nsystem\n.",
        "."
      })
  void damagedPicklesAreRefused(String opcodes) throws IOException {
    refused(zip("\u0080\4" + opcodes, new byte[8]));
  }

  @Test
  void numbersOfAMillionDigitsTakeNoTime() throws IOException {
    quickly("\u0080\2}K\1L" + "9".repeat(5_000_000) + "L\ns.");
    quickly("\u0080\2}K\1I" + "9".repeat(5_000_000) + "\ns.");
  }

  @Test
  void containersThatHoldThemselvesAreEnteredOnce() throws IOException {
    // d = {}; d['a'] = d; and a list in itself beside
    TorchCheckpoint read =
        read(
            zip(
                "\u0080\2}q\1X\1\0\0\0ah\1sX\1\0\0\0b]q\2h\2as"
                    + tensor(2, 0, "2", "1").substring(3).replaceFirst("s\\.$", "")
                    + "s.",
                new byte[8]));
    assertThat(read.tensors()).containsOnlyKeys("w");
  }

  @Test
  void containersWhoseHashIsThatOfMillionsAreNoKeys() throws IOException {
    // each list holds the one before twice
    StringBuilder doubled = new StringBuilder("]q\0");
    for (int i = 0; i < 60; i++) {
      doubled.append("](h").append((char) i).append('h').append((char) i).append("eq");
      doubled.append((char) (i + 1));
    }
    quickly("\u0080\2}" + doubled + "K\1s.");
    quickly("\u0080\2\u008f(" + doubled + "\u0090.");
    quickly("\u0080\2(" + doubled + "K\1d.");
    quickly("\u0080\2(" + doubled + "\u0091.");
    quickly("\u0080\2" + doubled + ")R.");
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 5_000, 200_000})
  void dictionariesOfAnyDepthAreRefused(int depth) throws IOException {
    quickly("\u0080\2" + "}K\1".repeat(depth) + "}" + "s".repeat(depth) + ".");
    quickly(
        "\u0080\2"
            + "}X\1\0\0\0a".repeat(depth)
            + tensor(2, 0, "2", "1").substring(2).replaceFirst("\\.$", "")
            + "s".repeat(depth)
            + ".");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'a':{'dtype':'F32','shape':[2147483647,2147483647,2147483647],'data_offsets':[0,8]}}",
        "{'a':{'dtype':'F32','shape':[4294967296,4294967296],'data_offsets':[0,8]}}",
        "{'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}}",
        "{'a':{'dtype':'F32','shape':[2147483647],'data_offsets':[0,8589934588]}}",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}}",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[-8,0]}}",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[9223372036854775800,9223372036854775807]}}",
        "{'a':{'dtype':'F32','shape':'x','data_offsets':[0,8]}}",
        "{'a':{'dtype':'F32','shape':[2]}}",
        "{'a':{'dtype':null,'shape':[2],'data_offsets':[0,8]}}",
        "{'a':null}",
        "{'a':[]}",
        "{'a'",
        "{}"
      })
  void impossibleHeadersAreRefused(String header) throws IOException {
    refused(safetensors(header.replace('\'', '"')));
  }

  @Test
  void headersOfAnyDepthAreRefused() throws IOException {
    refused(safetensors("{\"a\":".repeat(5_000)));
    refused(safetensors("{\"a\":" + "[".repeat(200_000)));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, 7, 1 << 20, Integer.MAX_VALUE, Long.MAX_VALUE, Long.MIN_VALUE})
  void headersThatClaimAnotherLengthAreRefused(long length) throws IOException {
    byte[] file = safetensors("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}");
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    refused(file);
  }

  private static byte[] safetensors(String header) {
    byte[] json = header.getBytes(UTF_8);
    return ByteBuffer.allocate(16 + json.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .array();
  }

  private static byte[] zip(String pickle, byte[] storage) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(file)) {
      zip.putNextEntry(new ZipEntry("archive/data.pkl"));
      zip.write(pickle.getBytes(ISO_8859_1));
      zip.putNextEntry(new ZipEntry("archive/data/k"));
      zip.write(storage);
    }
    return file.toByteArray();
  }

  private static TorchCheckpoint read(byte[] file) {
    return TorchCheckpoint.read(new ByteArrayInputStream(file), "weights.pth");
  }

  /** In the zip container and in the older stream. */
  private static void quickly(String pickle) throws IOException {
    byte[] file = zip(pickle, new byte[8]);
    Assertions.assertTimeoutPreemptively(Duration.ofSeconds(20), () -> refused(file));
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(20), () -> refused(pickle.getBytes(ISO_8859_1)));
  }

  private static void refused(byte[] file) {
    refused(file, "weights.pth");
  }

  private static void refused(byte[] file, String reason) {
    assertThatThrownBy(() -> read(file))
        .isInstanceOfSatisfying(
            LongTailException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.DATA);
              assertThat(e.getMessage())
                  .contains("weights.pth", reason)
                  .doesNotContain("\n")
                  .hasSizeLessThan(1000);
              assertThat(e.getCause()).isNotInstanceOf(OutOfMemoryError.class);
            });
  }
}
