package longtail.nn.weights;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.nn.Network;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.graph.ResidualGraph;
import longtail.nn.head.LwsHead;
import longtail.nn.head.MetaEmbedded;
import longtail.nn.head.MetaEmbeddingHead;
import longtail.nn.head.TauNormalizedHead;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The parameters of a trained network by name, from which another one starts. The backbone must
 * fit, but an attention and a projection may be new; of the head is taken what fits, so the number
 * of classes and the kind of head may differ.
 *
 * <p>A linear classifier fits the linear map inside a {@link LwsHead}, a {@link TauNormalizedHead}
 * takes it as it is, in a {@link MetaEmbeddingHead} it says what the memory has for an image, and
 * where only one classifier is wanted, that of GLMC is the re-balanced one.
 */
public final class PretrainedWeights {
  private static final String REBALANCED = "fc_cb";
  private static final String CLASSIFIER = "classifier";
  private static final String HALLUCINATOR = CLASSIFIER + "." + MetaEmbedded.HALLUCINATOR_NAME;
  private static final List<String> LINEAR = List.of(".weight", ".bias");

  private final String source;

  /** By the names in the source. */
  private final Map<String, Values> tensors;

  private final List<String> foreign;

  /** Numbers in C order, read when they are needed. */
  private record Values(long[] shape, Supplier<INDArray> numbers) {}

  /**
   * What became of the names.
   *
   * @param taken tensors of the network that have new values
   * @param fresh tensors of the network's head that keep theirs: the source has none of their
   *     shape; and those of an attention or a projection that the source does not have
   * @param unused tensors of the source that the network has no place for, or that lie beside those
   *     that it takes, such as another network
   * @param foreign classes, and tensors of unknown types, that were passed over unread
   */
  public record Transfer(
      List<String> taken, List<String> fresh, List<String> unused, List<String> foreign) {
    private static final int MOST_LISTED = 10;

    /** One line for a log. */
    public String summary() {
      String line =
          "%d tensors taken; left as they were: %s; not used: %s"
              .formatted(taken.size(), listed(fresh), listed(unused));
      return foreign.isEmpty() ? line : line + "; passed over unread: " + listed(foreign);
    }

    private static String listed(List<String> names) {
      if (names.size() > MOST_LISTED) {
        return TorchWeights.some(names);
      }
      return names.isEmpty() ? "none" : String.join(", ", names);
    }
  }

  private PretrainedWeights(String source, Map<String, Values> tensors, List<String> foreign) {
    this.source = source;
    this.tensors = tensors;
    this.foreign = foreign;
  }

  /**
   * The tensors of a PyTorch checkpoint; see {@link TorchWeights} for the names, which may lie
   * under any prefix.
   */
  public static PretrainedWeights of(TorchCheckpoint checkpoint) {
    Map<String, Values> tensors = new LinkedHashMap<>();
    checkpoint
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (!TorchWeights.counter(name)) {
                tensors.put(
                    name, new Values(tensor.shape(), () -> Nd4j.createFromArray(tensor.values())));
              }
            });
    return new PretrainedWeights(checkpoint.source(), tensors, List.copyOf(checkpoint.foreign()));
  }

  /** The parameters of {@code network}, a copy; {@code source} names it in messages. */
  public static PretrainedWeights of(Network network, String source) {
    Map<String, Values> tensors = new LinkedHashMap<>();
    for (ParameterBlock block : network.layout()) {
      INDArray numbers = network.memory().host(block.in(network.parameters())).dup();
      tensors.put(block.name(), new Values(block.shape(), () -> numbers));
    }
    return new PretrainedWeights(source, tensors, List.of());
  }

  /** Number of classes of the classifier; empty if there is none. */
  public OptionalInt classes() {
    return Stream.of(CLASSIFIER, REBALANCED)
        .map(name -> WeightNames.find(tensors.keySet(), name + ".weight"))
        .flatMap(Optional::stream)
        .map(name -> tensors.get(name).shape())
        .filter(shape -> shape.length > 0 && Arrays.stream(shape).noneMatch(n -> n == 0))
        .filter(shape -> shape[0] <= Integer.MAX_VALUE)
        .mapToInt(shape -> Math.toIntExact(shape[0]))
        .findFirst();
  }

  /** What the source holds, in a few names with their shapes. */
  public String content() {
    return TorchWeights.some(
        tensors.entrySet().stream()
            .map(entry -> entry.getKey() + " " + Arrays.toString(entry.getValue().shape()))
            .toList());
  }

  /**
   * Gives {@code network} these parameters, running statistics included.
   *
   * @throws LongTailException (DATA) if its backbone has tensors that are missing here or have
   *     another shape; the network is then unchanged
   */
  public Transfer transfer(Network network) {
    Map<String, Values> offered = offered(network);
    List<String> misfits = new ArrayList<>();
    Map<ParameterBlock, Values> fitting = new LinkedHashMap<>();
    List<String> fresh = new ArrayList<>();
    Set<String> unused = new LinkedHashSet<>(offered.keySet());
    unused.addAll(beside(offered));
    for (ParameterBlock block : network.layout()) {
      String name = TorchWeights.plain(block.name());
      Values values = offered.get(name);
      if (values != null && Arrays.equals(values.shape(), block.shape())) {
        fitting.put(block, values);
        unused.remove(name);
      } else if (block.head() || (values == null && addition(name))) {
        fresh.add(block.name());
      } else {
        misfits.add(block.name() + " " + Arrays.toString(block.shape()));
      }
    }
    if (!misfits.isEmpty()) {
      throw new LongTailException(
          ErrorCode.DATA,
          "Cannot start from %s: it lacks tensors of the backbone, or has them in another shape: looked for %s; it holds %s. Choose the backbone and width that it was trained with"
              .formatted(source, TorchWeights.some(misfits), content()));
    }
    fitting.forEach(
        (block, values) ->
            network
                .memory()
                .upload(
                    values.numbers().get().castTo(network.type()).reshape('c', block.shape()),
                    block.in(network.parameters())));
    return new Transfer(
        fitting.keySet().stream().map(ParameterBlock::name).toList(),
        List.copyOf(fresh),
        List.copyOf(unused),
        foreign);
  }

  /** The tensors that are not among {@code offered}, by their names in the source. */
  private List<String> beside(Map<String, Values> offered) {
    Set<Values> known = Collections.newSetFromMap(new IdentityHashMap<>());
    known.addAll(offered.values());
    return tensors.entrySet().stream()
        .filter(entry -> !known.contains(entry.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Whether the tensor belongs to what one may add to a backbone that was trained without. */
  private static boolean addition(String name) {
    return name.startsWith(ResidualGraph.ATTENTION + ".")
        || name.startsWith(ResidualGraph.PROJECTION + ".");
  }

  /** The tensors by the names that {@code network} has for them. */
  private Map<String, Values> offered(Network network) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    tensors.forEach((name, values) -> shapes.put(name, values.shape()));
    Map<String, Values> offered = new LinkedHashMap<>();
    WeightNames.plain(shapes, network.layout())
        .forEach((name, plain) -> offered.put(plain, tensors.get(name)));
    Set<String> named = Set.copyOf(offered.keySet());
    if (!has(network, REBALANCED) && named.stream().anyMatch(name -> name.startsWith(REBALANCED))) {
      offered.keySet().removeIf(name -> name.startsWith(CLASSIFIER));
      rename(offered, REBALANCED, CLASSIFIER);
    }
    if (has(network, HALLUCINATOR)
        && named.stream().noneMatch(name -> name.startsWith(HALLUCINATOR))) {
      rename(offered, CLASSIFIER, HALLUCINATOR);
    }
    return offered;
  }

  private static boolean has(Network network, String layer) {
    return network.layout().stream().anyMatch(block -> block.name().startsWith(layer));
  }

  private static void rename(Map<String, Values> offered, String from, String to) {
    for (String tensor : LINEAR) {
      Values values = offered.remove(from + tensor);
      if (values != null) {
        offered.put(to + tensor, values);
      }
    }
  }
}
