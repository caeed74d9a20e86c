package longtail.nn.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import longtail.dataset.Normalization;
import longtail.nn.Network;
import longtail.nn.graph.ImageSize;
import longtail.nn.graph.ParameterBlock;

/**
 * The {@code config.json} beside exported weights, with the keys of model hubs: {@code
 * architecture}, {@code num_classes}, {@code id2label}, {@code pretrained_cfg}. What is not known
 * is left out.
 *
 * @param layout names of the tensors
 * @param classNames name of each class
 * @param normalization of the pixels
 * @param size of the images
 */
public record HubConfig(
    TorchLayout layout,
    Optional<List<String>> classNames,
    Optional<Normalization> normalization,
    Optional<ImageSize> size) {
  /** Key of the names of the tensors, which no other program writes. */
  public static final String TENSOR_NAMES = "tensor_names";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern BLOCK = Pattern.compile("layer(\\d)\\.(\\d+)\\.conv1\\.weight");

  /** The file for {@code network}. */
  public String json(Network network) {
    List<ParameterBlock> blocks = network.layout();
    ObjectNode root = JSON.createObjectNode();
    root.put("architecture", architecture(blocks));
    root.put("num_classes", network.classes());
    root.put("num_features", network.featureWidth());
    classNames.ifPresent(names -> label(root, names));
    ObjectNode input = root.putObject("pretrained_cfg");
    size.ifPresent(
        known -> input.putArray("input_size").add(3).add(known.height()).add(known.width()));
    normalization.ifPresent(
        known -> {
          fill(input.putArray("mean"), known.mean());
          fill(input.putArray("std"), known.std());
        });
    input.put("num_classes", network.classes());
    input.put("first_conv", "conv1");
    for (int i = 0; i < blocks.size(); i++) {
      if (blocks.get(i).name().equals("classifier.weight")) {
        String name = layout.names(blocks).get(i);
        input.put("classifier", name.substring(0, name.lastIndexOf('.')));
      }
    }
    root.put(TENSOR_NAMES, layout.toString());
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write a description of a model", e);
    }
  }

  private static void fill(ArrayNode array, double... values) {
    for (double value : values) {
      array.add(value);
    }
  }

  private static void label(ObjectNode root, List<String> names) {
    ObjectNode byNumber = root.putObject("id2label");
    ObjectNode byName = root.putObject("label2id");
    ArrayNode all = root.putArray("label_names");
    for (int c = 0; c < names.size(); c++) {
      byNumber.put(String.valueOf(c), names.get(c));
      byName.put(names.get(c), c);
      all.add(names.get(c));
    }
  }

  /**
   * The usual name of a network by its blocks, such as {@code resnet50}, {@code resnext50_32x4d} or
   * {@code resnet32}.
   */
  static String architecture(List<ParameterBlock> blocks) {
    int stages = 0;
    int count = 0;
    for (ParameterBlock block : blocks) {
      Matcher first = BLOCK.matcher(block.name());
      if (first.matches()) {
        stages = Math.max(stages, Integer.parseInt(first.group(1)));
        count++;
      }
    }
    boolean branches = find(blocks, "cb_block.conv1.weight").isPresent();
    Optional<ParameterBlock> third = find(blocks, "layer1.0.conv3.weight");
    int layers = (count + (branches ? 1 : 0)) * (third.isPresent() ? 3 : 2) + 2;
    String name = "resnet" + layers;
    if (third.isPresent()) {
      long[] grouped = find(blocks, "layer1.0.conv2.weight").orElseThrow().shape();
      long groups = grouped[0] / grouped[1];
      if (groups > 1) {
        name = "resnext%s_%sx%sd".formatted(layers, groups, grouped[1]);
      }
    }
    boolean small = stages == 4 && find(blocks, "conv1.weight").orElseThrow().shape()[2] == 3;
    return (branches ? "bilateral_" : "") + (small ? "small_image_" : "") + name;
  }

  private static Optional<ParameterBlock> find(List<ParameterBlock> blocks, String name) {
    return blocks.stream().filter(block -> block.name().equals(name)).findFirst();
  }
}
