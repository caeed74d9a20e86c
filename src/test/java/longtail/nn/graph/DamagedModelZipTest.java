package longtail.nn.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import longtail.Bits;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.nn.Network;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Shortcut;
import longtail.nn.head.LinearHead;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Model zips run nothing and cost no more memory than they have bytes for. */
class DamagedModelZipTest {
  private static boolean run;

  /** What runs when it is read as a serialised object. */
  private static final class Hostile implements Serializable {
    private static final long serialVersionUID = 1L;

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      in.defaultReadObject();
      run = true;
    }
  }

  private static Network network() {
    return Network.create(
        new Architecture(new CifarResnet(8, 4, Shortcut.A), LinearHead.standard(), 3, 8, 8),
        DataType.FLOAT,
        1);
  }

  @Test
  void serialisedObjectsInItAreNotRead() throws IOException {
    ByteArrayOutputStream object = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(object)) {
      out.writeObject(new Hostile());
    }
    Map<String, byte[]> entries = entries();
    entries.put("preprocessor.bin", object.toByteArray());
    entries.put("normalizer.bin", object.toByteArray());
    try (Network read = Network.load(new ByteArrayInputStream(zip(entries)));
        Network saved = network()) {
      assertThat(Bits.of(read.parameters())).isEqualTo(Bits.of(saved.parameters()));
    }
    assertThat(run).isFalse();
  }

  @Test
  void otherEntriesThatInflateWithoutEndAreNotRead() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("updaterState.bin", new byte[500_000_000]);
    entries.putAll(entries());
    try (Network read = Network.load(new ByteArrayInputStream(zip(entries)))) {
      assertThat(read.classes()).isEqualTo(3);
    }
  }

  @Test
  void parametersThatInflateToMoreThanAFileHoldsAreRefused() throws IOException {
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    header(bomb, 70_000_000, "FLOAT");
    bomb.write(new byte[280_000_000]);
    refused("coefficients.bin", bomb.toByteArray(), "claim 70000000 numbers");
  }

  @ParameterizedTest
  @CsvSource({
    "2147483647, FLOAT",
    "9223372036854775807, FLOAT",
    "-1, FLOAT",
    "0, FLOAT",
    "5, FLOAT",
    "6, UTF8",
    "6, COMPRESSED",
    "6, NONE"
  })
  void parametersThatClaimWhatCannotBeAreRefused(long length, String type) throws IOException {
    ByteArrayOutputStream array = new ByteArrayOutputStream();
    header(array, length, type);
    array.write(new byte[24]);
    refused("coefficients.bin", array.toByteArray(), "Cannot read the network");
  }

  private static void header(ByteArrayOutputStream to, long length, String type)
      throws IOException {
    DataOutputStream out = new DataOutputStream(to);
    out.writeUTF("MIXED_DATA_TYPES");
    out.writeLong(8);
    out.writeUTF("LONG");
    for (long extent : new long[] {2, 1, length, length, 1, 0, 1, 'c'}) {
      out.writeLong(extent);
    }
    out.writeUTF("MIXED_DATA_TYPES");
    out.writeLong(length);
    out.writeUTF(type);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "{}", "[]", "{\"vertices\":{}}", "x"})
  void configurationsOfNoNetworkAreRefused(String json) throws IOException {
    refused("configuration.json", json.getBytes(StandardCharsets.UTF_8), "Cannot read the network");
  }

  @Test
  void configurationsOfAnyDepthAreRefused() throws IOException {
    String deep = "{\"a\":".repeat(100_000);
    refused("configuration.json", deep.getBytes(StandardCharsets.UTF_8), "Cannot read the network");
  }

  @ParameterizedTest
  @CsvSource({"nout, 2147483647", "nin, 2147483647", "nout, -4", "nin, 0", "nout, 5"})
  void layersOfImpossibleWidthsAreRefused(String key, String value) throws IOException {
    String json = new String(entries().get("configuration.json"), StandardCharsets.UTF_8);
    String changed = json.replaceAll("(?i)\"" + key + "\" : \\d+", "\"" + key + "\" : " + value);
    assertThat(changed).isNotEqualTo(json);
    refused(
        "configuration.json", changed.getBytes(StandardCharsets.UTF_8), "Cannot read the network");
  }

  @Test
  void zipsThatAreCutOffOrFlippedAreRefused() throws IOException {
    byte[] whole = zip(entries());
    for (int length = 0; length < whole.length - 200; length += whole.length / 7) {
      refused(Arrays.copyOf(whole, length), "Cannot read the network");
    }
    byte[] flipped = whole.clone();
    flipped[whole.length / 2] ^= 8;
    refused(flipped, "Cannot read the network");
  }

  private static Map<String, byte[]> entries() throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (Network network = network()) {
      network.save(file);
    }
    Map<String, byte[]> entries = new LinkedHashMap<>();
    ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(file.toByteArray()));
    for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
      entries.put(entry.getName(), zip.readAllBytes());
    }
    return entries;
  }

  private static byte[] zip(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(file)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    }
    return file.toByteArray();
  }

  private static void refused(String entry, byte[] content, String reason) throws IOException {
    Map<String, byte[]> entries = entries();
    entries.put(entry, content);
    refused(zip(entries), reason);
  }

  private static void refused(byte[] file, String reason) {
    assertThatThrownBy(() -> Network.load(new ByteArrayInputStream(file)))
        .isInstanceOfSatisfying(
            LongTailException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.DATA);
              assertThat(e.getMessage()).contains(reason).doesNotContain("\n");
            });
  }
}
