package longtail.damage;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import longtail.nn.Network;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.Architecture;
import longtail.nn.head.LinearHead;
import longtail.nn.weights.PretrainedWeights;
import longtail.nn.weights.Safetensors;
import longtail.nn.weights.TorchCheckpoint;
import longtail.nn.weights.TorchFile;
import longtail.nn.weights.TorchLayout;
import longtail.nn.weights.TorchWeights;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

/** Damaged files of weights, of other programs and of the project. */
@Tag("slow")
class MutatedWeightsTest {
  private MutatedReadings readings;

  @BeforeEach
  void begin() {
    readings = new MutatedReadings();
  }

  @AfterEach
  void someWereRefused() {
    readings.close();
  }

  @Test
  void weights() throws IOException {
    try (Network network = network(1);
        Network other = network(2)) {
      MutatedReadings.Reading reading =
          file ->
              PretrainedWeights.of(
                      TorchCheckpoint.read(new ByteArrayInputStream(file), "weights.pth"))
                  .transfer(other);
      byte[] torch = TorchFile.of(network, "module.").bytes();
      readings.mutate(".pth", 30, torch, reading);
      Map<String, byte[]> entries = unzipped(torch);
      readings.mutate(
          "pickle",
          120,
          entries.get("archive/data.pkl"),
          pickle -> {
            Map<String, byte[]> changed = new LinkedHashMap<>(entries);
            changed.put("archive/data.pkl", pickle);
            reading.of(zipped(changed));
          });
      ByteArrayOutputStream safetensors = new ByteArrayOutputStream();
      Safetensors.write(
          TorchWeights.tensors(network, TorchLayout.PLAIN), Safetensors.Width.FLOAT32, safetensors);
      byte[] header = safetensors.toByteArray();
      readings.mutate("safetensors", 100, header, reading);
      ByteArrayOutputStream model = new ByteArrayOutputStream();
      network.save(model);
      Map<String, byte[]> parts = unzipped(model.toByteArray());
      for (String part : List.of("configuration.json", "coefficients.bin")) {
        readings.mutate(
            part,
            50,
            parts.get(part),
            content -> {
              Map<String, byte[]> changed = new LinkedHashMap<>(parts);
              changed.put(part, content);
              Network.load(new ByteArrayInputStream(zipped(changed))).close();
            });
      }
    }
  }

  private static Network network(long seed) {
    return Network.create(
        new Architecture(new CifarResnet(8, 4, Shortcut.B), LinearHead.standard(), 5, 8, 8),
        DataType.FLOAT,
        seed);
  }

  private static Map<String, byte[]> unzipped(byte[] file) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(file));
    for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
      entries.put(entry.getName(), zip.readAllBytes());
    }
    return entries;
  }

  private static byte[] zipped(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(file)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    }
    return file.toByteArray();
  }
}
