package longtail.nn.weights;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.nn.graph.ParameterBlock;

/** How PyTorch programs name the tensors of a network; {@code import} reads all of these. */
public enum TorchLayout {
  /** {@code layer1.0.conv1.weight} and {@code classifier.weight}, the names of this program. */
  PLAIN,
  /** That of torchvision and timm, whose classifier is {@code fc}. */
  TORCHVISION,
  /**
   * That of MetaSAug's and LDAM's networks for small images, whose classifier is {@code linear}.
   */
  METASAUG,
  /** That of Bag of Tricks and BBN: {@code backbone.layer1.0.conv1.weight}. */
  BAG_OF_TRICKS,
  /**
   * That of Balanced Meta-Softmax and Decoupling: {@code feat_model.layer1.0.conv1.weight} and
   * {@code classifier.fc.weight}.
   */
  BALANCED_META_SOFTMAX,
  /**
   * That of GLMC: networks of four stages for small images have {@code
   * conv2_x.0.residual_function.0.weight}.
   */
  GLMC;

  private static final String HEAD = "classifier.";
  private static final Set<String> LINEAR = Set.of(HEAD + "weight", HEAD + "bias");
  private static final Pattern BLOCK = Pattern.compile("layer(\\d)\\.(\\d+)\\.(\\w+)\\.(.+)");

  /**
   * The tensors of {@code layout} by these names, in its order.
   *
   * @throws LongTailException (CONFIG) if no program with these names has such a network
   */
  public List<String> names(List<ParameterBlock> layout) {
    if (this == TORCHVISION) {
      requireTorchvision(layout);
    }
    boolean staged = this == GLMC && smallImages(layout);
    UnaryOperator<String> renamed = name -> staged ? staged(name) : name;
    List<String> names = new ArrayList<>();
    for (ParameterBlock block : layout) {
      names.add(block.head() ? ofHead(block.name()) : ofBackbone(renamed.apply(block.name())));
    }
    return names;
  }

  private String ofBackbone(String name) {
    return switch (this) {
      case PLAIN, TORCHVISION, METASAUG, GLMC -> name;
      case BAG_OF_TRICKS -> "backbone." + name;
      case BALANCED_META_SOFTMAX -> "feat_model." + name;
    };
  }

  private String ofHead(String name) {
    if (!LINEAR.contains(name)) {
      return name;
    }
    String tensor = name.substring(HEAD.length());
    return switch (this) {
      case PLAIN, BAG_OF_TRICKS -> name;
      case TORCHVISION, GLMC -> "fc." + tensor;
      case METASAUG -> "linear." + tensor;
      case BALANCED_META_SOFTMAX -> HEAD + "fc." + tensor;
    };
  }

  private static boolean smallImages(List<ParameterBlock> layout) {
    return has(layout, "layer4.") && !largeStem(layout);
  }

  private static boolean largeStem(List<ParameterBlock> layout) {
    return layout.stream()
        .anyMatch(block -> block.name().equals("conv1.weight") && block.shape()[2] == 7);
  }

  private static boolean has(List<ParameterBlock> layout, String prefix) {
    return layout.stream().anyMatch(block -> block.name().startsWith(prefix));
  }

  private static void requireTorchvision(List<ParameterBlock> layout) {
    Set<String> head =
        layout.stream()
            .filter(ParameterBlock::head)
            .map(ParameterBlock::name)
            .collect(Collectors.toSet());
    boolean stages =
        layout.stream()
            .filter(block -> !block.head())
            .allMatch(block -> block.name().matches("(conv1|bn1|layer[1-4])\\..*"));
    if (!head.equals(LINEAR) || !stages || !largeStem(layout) || !has(layout, "layer4.")) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "torchvision has no such network: it has ResNets and ResNeXts of four stages with a 7x7 stem and a linear head, this one has the head %s; leave --layout away, or choose another one"
              .formatted(head.stream().sorted().toList()));
    }
  }

  /** The name of GLMC for a layer by its place in a sequence. */
  private static String staged(String name) {
    if (name.startsWith("conv1.")) {
      return "conv1.0." + name.substring("conv1.".length());
    }
    if (name.startsWith("bn1.")) {
      return "conv1.1." + name.substring("bn1.".length());
    }
    Matcher block = BLOCK.matcher(name);
    if (!block.matches()) {
      return name;
    }
    String layer = block.group(3);
    String inside = layer.equals("downsample") ? "shortcut" : "residual_function." + place(layer);
    int stage = Integer.parseInt(block.group(1)) + 1;
    return "conv%s_x.%s.%s.%s".formatted(stage, block.group(2), inside, block.group(4));
  }

  /** Convolution, normalisation, rectifier; and again. */
  private static int place(String layer) {
    int number = layer.charAt(layer.length() - 1) - '1';
    return 3 * number + (layer.startsWith("bn") ? 1 : 0);
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
