package longtail.sample;

import java.util.Arrays;

/**
 * Weights of items in a binary tree of sums, so that drawing an item by its weight and changing a
 * weight both take logarithmic time (Schaul et al., "Prioritized Experience Replay", 2016).
 *
 * <p>{@code 2 c - 1} nodes for {@code c} items: the children of node {@code k} are {@code 2 k + 1}
 * and {@code 2 k + 2}, item {@code i} is node {@code i + c - 1}.
 */
public final class PriorityTree {
  private final int items;
  private final double[] nodes;

  private PriorityTree(int items, double[] nodes) {
    this.items = items;
    this.nodes = nodes;
  }

  /** A tree of items with {@code weights}, at least one, none negative. */
  public static PriorityTree of(double... weights) {
    if (weights.length == 0) {
      throw new IllegalArgumentException("a priority tree must have at least one item");
    }
    PriorityTree tree = new PriorityTree(weights.length, new double[2 * weights.length - 1]);
    tree.setAll(weights);
    return tree;
  }

  /** Sum of all weights. */
  public double total() {
    return nodes[0];
  }

  /** Weight of {@code item}. */
  public double weight(int item) {
    return nodes[leaf(item)];
  }

  /** Weights of all items, {@code [items]}. */
  public double[] weights() {
    return Arrays.copyOfRange(nodes, items - 1, nodes.length);
  }

  /** All nodes from the root down, {@code [2 items - 1]}. */
  public double[] nodes() {
    return nodes.clone();
  }

  /** Changes the weight of {@code item}. */
  public void set(int item, double weight) {
    int node = leaf(item);
    nodes[node] = require(item, weight);
    while (node > 0) {
      node = (node - 1) / 2;
      // a new sum rather than an added change, so that nothing drifts
      nodes[node] = nodes[2 * node + 1] + nodes[2 * node + 2];
    }
  }

  /** Changes all weights. */
  public void setAll(double... weights) {
    if (weights.length != items) {
      throw new IllegalArgumentException(
          "there must be %d weights, were %d".formatted(items, weights.length));
    }
    for (int item = 0; item < items; item++) {
      nodes[leaf(item)] = require(item, weights[item]);
    }
    for (int node = items - 2; node >= 0; node--) {
      nodes[node] = nodes[2 * node + 1] + nodes[2 * node + 2];
    }
  }

  /**
   * The item at which the running sum of the weights, in the order of the tree, passes {@code
   * value}.
   *
   * @param value from 0 to below {@link #total}
   */
  public int find(double value) {
    int node = 0;
    double left = value;
    while (node < items - 1) {
      node = 2 * node + 1;
      // rounding must not lead to where nothing weighs
      if (left >= nodes[node] && nodes[node + 1] > 0) {
        left -= nodes[node];
        node++;
      }
    }
    return node - (items - 1);
  }

  private int leaf(int item) {
    if (item < 0 || item >= items) {
      throw new IllegalArgumentException("item must be in [0, %d), was %d".formatted(items, item));
    }
    return item + items - 1;
  }

  private static double require(int item, double weight) {
    if (!(weight >= 0) || Double.isInfinite(weight)) {
      throw new IllegalArgumentException(
          "the weight of item %d must be finite and not negative, was %s".formatted(item, weight));
    }
    return weight;
  }
}
