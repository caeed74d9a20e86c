package longtail.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.nn.torch.TorchCheckpoint;
import longtail.nn.torch.TorchTensor;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Copies the tensors of a PyTorch checkpoint into a network of the same shape, by name: {@code
 * module.backbone.layer1.0.conv1.weight} is {@code layer1.0.conv1.weight}, and the classifier may
 * be called {@code classifier}, {@code fc}, {@code linear} or {@code last_linear}.
 */
public final class TorchWeights {
  /** Parts of a name that only say how a module was wrapped. */
  private static final Set<String> WRAPPERS = Set.of("module", "backbone", "feat_model");

  private static final Set<String> HEADS = Set.of("classifier", "fc", "linear", "last_linear");
  private static final String HEAD = "classifier";
  private static final String COUNTER = "num_batches_tracked";
  private static final int NAMED = 5;

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
    tensors.keySet().removeIf(name -> name.endsWith(COUNTER));
    if (part == Part.BACKBONE) {
      tensors.keySet().removeIf(TorchWeights::ofHead);
    }
    List<ParameterBlock> blocks =
        network.layout().stream().filter(b -> part == Part.NETWORK || !b.head()).toList();
    check(checkpoint, tensors, blocks);
    for (ParameterBlock block : blocks) {
      INDArray values = Nd4j.createFromArray(tensors.get(block.name()).values());
      network
          .parameters()
          .get(NDArrayIndex.interval(block.offset(), block.offset() + block.length()))
          .assign(values.castTo(network.type()));
    }
  }

  /** The name in this program's layouts of what a checkpoint calls {@code name}. */
  static String plain(String name) {
    List<String> parts =
        Arrays.stream(name.split("\\.", -1)).filter(part -> !WRAPPERS.contains(part)).toList();
    String inner = String.join(".", parts);
    boolean head = parts.size() > 1 && HEADS.containsAll(parts.subList(0, parts.size() - 1));
    return head ? HEAD + "." + parts.get(parts.size() - 1) : inner;
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
      unknown.remove(block.name());
      TorchTensor tensor = tensors.get(block.name());
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

  private static String some(List<String> names) {
    if (names.isEmpty()) {
      return "none";
    }
    String shown = String.join(", ", names.subList(0, Math.min(NAMED, names.size())));
    return names.size() <= NAMED ? shown : shown + " and %d more".formatted(names.size() - NAMED);
  }
}
