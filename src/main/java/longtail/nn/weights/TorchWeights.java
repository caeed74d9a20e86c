package longtail.nn.weights;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.nn.Network;
import longtail.nn.graph.ParameterBlock;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Copies the tensors of a PyTorch checkpoint into a network of the same shape, by name: {@code
 * module.backbone.layer1.0.conv1.weight} is {@code layer1.0.conv1.weight}, and the classifier may
 * be called {@code classifier}, {@code head}, {@code fc}, {@code linear} or {@code last_linear}.
 * GLMC's networks for small images call their stages {@code conv2_x} to {@code conv5_x}: {@code
 * conv3_x.0.residual_function.4.weight} is {@code layer2.0.bn2.weight}. BBN calls the last block of
 * its ResNet-32 {@code fr}: {@code layer3.4}.
 */
public final class TorchWeights {
  /** Parts of a name that only say how a module was wrapped. */
  private static final Set<String> WRAPPERS =
      Set.of(
          "module",
          "backbone",
          "feat_model",
          "encoder_q",
          "_orig_mod",
          "_fsdp_wrapped_module",
          "_checkpoint_wrapped_module");

  private static final Set<String> HEADS =
      Set.of("classifier", "head", "fc", "linear", "last_linear", "fd");
  private static final String HEAD = "classifier";
  private static final String COUNTER = "num_batches_tracked";
  private static final int NAMED = 5;

  private static final Pattern STEM = Pattern.compile("conv1\\.([01])\\.(\\w+)");
  private static final Pattern STAGE =
      Pattern.compile(
          "conv([2-5])_x\\.(\\d+)\\.(residual_function\\.\\d|shortcut\\.[01])\\.(\\w+)");

  private TorchWeights() {}

  /** What to take from a checkpoint. */
  public enum Part {
    /** Everything. */
    NETWORK,
    /** Everything but the classifier, which stays as it is in the network. */
    BACKBONE
  }

  /**
   * Fills {@code part} of {@code network}; nothing changes unless every tensor fits.
   *
   * @throws LongTailException (DATA) if tensors are missing, unknown or of another shape
   */
  public static void load(TorchCheckpoint checkpoint, Network network, Part part) {
    Map<String, TorchTensor> tensors = new LinkedHashMap<>();
    checkpoint.tensors().forEach((name, tensor) -> tensors.put(plain(name), tensor));
    tensors.keySet().removeIf(TorchWeights::counter);
    if (part == Part.BACKBONE) {
      tensors.keySet().removeIf(TorchWeights::ofHead);
    }
    List<ParameterBlock> blocks =
        network.layout().stream().filter(b -> part == Part.NETWORK || !b.head()).toList();
    check(checkpoint, tensors, blocks);
    for (ParameterBlock block : blocks) {
      INDArray values = Nd4j.createFromArray(tensors.get(plain(block.name())).values());
      INDArray cast = values.castTo(network.type());
      network.memory().upload(cast.reshape('c', block.shape()), block.in(network.parameters()));
    }
  }

  /**
   * The parameters of {@code network} by the names of {@code layout}, in the order of its own.
   *
   * @throws LongTailException (CONFIG) if no program with these names has such a network
   */
  public static List<Safetensors.Tensor> tensors(Network network, TorchLayout layout) {
    List<Safetensors.Tensor> tensors = new ArrayList<>();
    List<String> names = layout.names(network.layout());
    for (int i = 0; i < names.size(); i++) {
      ParameterBlock block = network.layout().get(i);
      INDArray values =
          network
              .memory()
              .host(block.in(network.parameters()))
              .reshape('c', new long[] {block.length()});
      tensors.add(new Safetensors.Tensor(names.get(i), block.shape(), values.toDoubleVector()));
    }
    return tensors;
  }

  /** The name in this program's layouts of what a checkpoint calls {@code name}. */
  static String plain(String name) {
    List<String> parts =
        Arrays.stream(name.split("\\.", -1)).filter(part -> !WRAPPERS.contains(part)).toList();
    String inner = staged(merged(String.join(".", parts)));
    boolean head = parts.size() > 1 && HEADS.containsAll(parts.subList(0, parts.size() - 1));
    return head ? HEAD + "." + parts.get(parts.size() - 1) : inner;
  }

  /** Whether {@code name} is a counter of batches, which our networks have no use for. */
  static boolean counter(String name) {
    return name.endsWith(COUNTER);
  }

  /** The usual name of a layer of the last block before BBN's branches. */
  private static String merged(String name) {
    return name.startsWith("fr.") ? "layer3.4" + name.substring(2) : name;
  }

  /** The usual name of a layer that is called by its place in a sequence. */
  private static String staged(String name) {
    Matcher stem = STEM.matcher(name);
    if (stem.matches()) {
      return (stem.group(1).equals("0") ? "conv1." : "bn1.") + stem.group(2);
    }
    Matcher block = STAGE.matcher(name);
    if (!block.matches()) {
      return name;
    }
    String inside = block.group(3);
    if (inside.startsWith("residual_function.")) {
      int place = Integer.parseInt(inside.substring("residual_function.".length()));
      // Convolution, normalisation, rectifier; and again.
      inside = (place % 3 == 0 ? "conv" : "bn") + (place / 3 + 1);
    } else {
      inside = inside.replace("shortcut", "downsample");
    }
    int stage = Integer.parseInt(block.group(1)) - 1;
    return "layer%s.%s.%s.%s".formatted(stage, block.group(2), inside, block.group(4));
  }

  private static boolean ofHead(String plain) {
    return HEADS.contains(plain.split("\\.", 2)[0]);
  }

  private static void check(
      TorchCheckpoint checkpoint, Map<String, TorchTensor> tensors, List<ParameterBlock> blocks) {
    List<String> missing = new ArrayList<>();
    List<String> different = new ArrayList<>();
    List<String> unknown = new ArrayList<>(tensors.keySet());
    for (ParameterBlock block : blocks) {
      unknown.remove(plain(block.name()));
      TorchTensor tensor = tensors.get(plain(block.name()));
      if (tensor == null) {
        missing.add(block.name());
      } else if (!Arrays.equals(tensor.shape(), block.shape())) {
        different.add(
            "%s %s instead of %s"
                .formatted(
                    block.name(), Arrays.toString(tensor.shape()), Arrays.toString(block.shape())));
      }
    }
    if (missing.isEmpty() && different.isEmpty() && unknown.isEmpty()) {
      return;
    }
    throw new LongTailException(
        ErrorCode.DATA,
        "Cannot take the weights of %s: it %s; choose the backbone, width and number of classes that it was trained with, or take its backbone alone"
            .formatted(
                checkpoint.source(),
                String.join(
                    "; ",
                    List.of(
                        "lacks " + some(missing),
                        "has other shapes: " + some(different),
                        "has unknown tensors: " + some(unknown)))));
  }

  static String some(List<String> names) {
    if (names.isEmpty()) {
      return "none";
    }
    String shown = String.join(", ", names.subList(0, Math.min(NAMED, names.size())));
    return names.size() <= NAMED ? shown : shown + " and %d more".formatted(names.size() - NAMED);
  }
}
