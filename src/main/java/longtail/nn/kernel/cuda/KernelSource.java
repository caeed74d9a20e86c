package longtail.nn.kernel.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The CUDA source of our kernels, one text without includes, and what its kernels expect. */
public final class KernelSource {
  private static final List<String> FILES =
      List.of(
          "maps.cu",
          "normalization.cu",
          "pointwise.cu",
          "pooling.cu",
          "linear.cu",
          "layout.cu",
          "convolution.cu",
          "optimizer.cu");

  private static final Pattern KERNEL = Pattern.compile("KERNEL void (\\w+)\\(([^)]*)\\)");

  private static final String TEXT = read();
  private static final Map<String, List<Parameter>> KERNELS = parse(TEXT);

  private KernelSource() {}

  /** The whole text. */
  public static String text() {
    return TEXT;
  }

  /** The kernels' names. */
  public static Set<String> names() {
    return KERNELS.keySet();
  }

  /** The kernels' names with their parameters, in the order of the text. */
  static Map<String, List<Parameter>> kernels() {
    return KERNELS;
  }

  private static String read() {
    StringBuilder all = new StringBuilder();
    for (String file : FILES) {
      try (InputStream in = KernelSource.class.getResourceAsStream(file)) {
        all.append(new String(in.readAllBytes(), StandardCharsets.UTF_8)).append('\n');
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot read our own " + file, e);
      }
    }
    return all.toString();
  }

  private static Map<String, List<Parameter>> parse(String text) {
    Map<String, List<Parameter>> kernels = new LinkedHashMap<>();
    Matcher kernel = KERNEL.matcher(text);
    while (kernel.find()) {
      List<Parameter> parameters = new ArrayList<>();
      for (String declaration : kernel.group(2).split(",", -1)) {
        parameters.add(Parameter.of(declaration.strip()));
      }
      kernels.put(kernel.group(1), List.copyOf(parameters));
    }
    return kernels;
  }
}
