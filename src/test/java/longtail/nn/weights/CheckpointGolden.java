package longtail.nn.weights;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;

/** A checkpoint in both containers of PyTorch. */
public final class CheckpointGolden implements GoldenCheck {
  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.BOT, "checkpoint_pth*");
  }

  @Override
  public void run(GoldenCase golden) {
    for (String file : List.of("ckpt_zip.pth", "ckpt_legacy.pth")) {
      Map<String, TorchTensor> tensors =
          TorchCheckpoint.read(new ByteArrayInputStream(golden.file(file)), file).tensors();
      JsonNode keys = golden.params().path("keys");
      if (tensors.size() != keys.size()) {
        throw new AssertionError("%s holds %s".formatted(file, tensors.keySet()));
      }
      for (int i = 0; i < keys.size(); i++) {
        String key = keys.get(i).asText();
        TorchTensor tensor = tensors.get(key);
        String shape = Arrays.toString(tensor.shape()).replace(" ", "");
        if (!shape.equals(golden.params().path("shapes").get(i).toString())) {
          throw new AssertionError("%s in %s has shape %s".formatted(key, file, shape));
        }
        String output = key.replaceFirst("^module\\.", "").replace('.', '_');
        if (golden.tensor(output).integral()) {
          golden.check(output, Arrays.stream(tensor.values()).mapToLong(v -> (long) v).toArray());
        } else {
          golden.check(output, tensor.values());
        }
      }
    }
  }
}
