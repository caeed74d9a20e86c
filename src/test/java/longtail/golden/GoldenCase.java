package longtail.golden;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One golden case: parameters and inputs to compute with, outputs to compare with.
 *
 * <p>A case passes only if each of its outputs was checked, or left out with a reason by {@link
 * #leaveOut}.
 */
public final class GoldenCase {
  private final Seed seed;
  private final String name;
  private final JsonNode json;
  private final GoldenZip zip;
  private final Set<String> unchecked = new LinkedHashSet<>();

  public GoldenCase(Seed seed, String name, JsonNode json, GoldenZip zip) {
    this.seed = seed;
    this.name = name;
    this.json = json;
    this.zip = zip;
    unchecked.addAll(outputs());
  }

  /** The seed that made the case. */
  public Seed seed() {
    return seed;
  }

  /** Name of the case within its seed. */
  public String name() {
    return name;
  }

  /** Whether the case is of {@code seed} and its name is one of {@code patterns} or starts so. */
  public boolean matches(Seed seed, String... patterns) {
    return this.seed == seed && Arrays.stream(patterns).anyMatch(p -> Wildcard.matches(p, name));
  }

  /** What was run, in words. */
  public String what() {
    return json.path("what").asText();
  }

  /** Scalars of the case: hyper-parameters, shapes, rules. */
  public JsonNode params() {
    return json.path("params");
  }

  /** Names of the tensors that go in. */
  public List<String> inputs() {
    return names("inputs");
  }

  /** Names of the tensors that must come out. */
  public List<String> outputs() {
    return names("outputs");
  }

  /** The largest deviation of the case; see {@link Seed#allowed}. */
  public double tolerance() {
    return json.path("tolerance").asDouble();
  }

  /** Whether the case holds the tensor {@code name}. */
  public boolean has(String name) {
    return zip.holds(this.name + "/" + name + ".npy");
  }

  /** An input or output tensor. */
  public Tensor tensor(String name) {
    return Npy.read(file(name + ".npy"));
  }

  /** An input or output tensor as a float64 ND4J array. */
  public INDArray array(String name) {
    return tensor(name).array(DataType.DOUBLE);
  }

  /** Any file of the case, such as a checkpoint. */
  public byte[] file(String name) {
    try {
      return zip.read(this.name + "/" + name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Fails unless {@code got} equals the output {@code output} by the seed's rule. */
  public void check(String output, double... got) {
    double[] want = tensor(output).values();
    double[] allowed = seed.allowed(want, tolerance());
    if (isRelative(output)) {
      double scale = Seed.largest(want);
      Arrays.fill(allowed, json.path("rel_tolerance").asDouble() * scale);
    }
    compare(output, got, want, allowed);
    unchecked.remove(output);
  }

  /** Fails unless the elements of {@code got} in C order equal the output {@code output}. */
  public void check(String output, INDArray got) {
    check(output, got.dup('c').data().asDouble());
  }

  /**
   * Fails unless {@code got} equals the integral output {@code output}: exactly, or within the
   * tolerance where that is meant to allow neighbours (at least 0.001).
   */
  public void check(String output, long... got) {
    long[] want = tensor(output).longs();
    if (tolerance() >= 1e-3) {
      check(output, Arrays.stream(got).asDoubleStream().toArray());
      return;
    }
    if (!Arrays.equals(got, want)) {
      compare(
          output,
          Arrays.stream(got).asDoubleStream().toArray(),
          Arrays.stream(want).asDoubleStream().toArray(),
          new double[want.length]);
      throw new AssertionError("%s: integers differ beyond 2^53".formatted(output));
    }
    unchecked.remove(output);
  }

  /** Fails unless {@code got} is within {@code allowed} of the output {@code output}. */
  public void checkWithin(String output, double allowed, double... got) {
    double[] want = tensor(output).values();
    double[] allowances = new double[want.length];
    Arrays.fill(allowances, allowed);
    compare(output, got, want, allowances);
    unchecked.remove(output);
  }

  /** As {@link #checkWithin(String, double, double...)}. */
  public void checkWithin(String output, double allowed, long... got) {
    checkWithin(output, allowed, Arrays.stream(got).asDoubleStream().toArray());
  }

  /** As {@link #check(String, long...)}. */
  public void check(String output, int[] got) {
    check(output, Arrays.stream(got).asLongStream().toArray());
  }

  /** Declares that {@code output} is deliberately not compared; {@code reason} says why. */
  public void leaveOut(String output, String reason) {
    if (!outputs().contains(output) || reason.isBlank()) {
      throw new IllegalArgumentException("no output or no reason: " + output + ", " + reason);
    }
    unchecked.remove(output);
  }

  /** Outputs that were neither checked nor left out. */
  public Set<String> unchecked() {
    return Set.copyOf(unchecked);
  }

  @Override
  public String toString() {
    return seed.id() + "/" + name;
  }

  private boolean isRelative(String output) {
    return StreamSupport.stream(json.path("rel_outputs").spliterator(), false)
        .anyMatch(node -> node.asText().equals(output));
  }

  private List<String> names(String key) {
    return StreamSupport.stream(json.path(key).spliterator(), false).map(JsonNode::asText).toList();
  }

  private void compare(String output, double[] got, double[] want, double[] allowed) {
    if (got.length != want.length) {
      throw new AssertionError(
          "%s: %d elements, want %s".formatted(output, got.length, shape(output)));
    }
    int wrong = 0;
    int worst = -1;
    double worstExcess = 0;
    for (int i = 0; i < want.length; i++) {
      boolean equal =
          Double.compare(got[i], want[i]) == 0 || Math.abs(got[i] - want[i]) <= allowed[i];
      if (!equal) {
        wrong++;
        double excess = Math.abs(got[i] - want[i]) - allowed[i];
        if (worst < 0 || Double.isNaN(excess) || excess > worstExcess) {
          worst = i;
          worstExcess = excess;
        }
      }
    }
    if (wrong > 0) {
      throw new AssertionError(
          "%s %s: %d of %d elements differ; worst at flat index %d: got %s, want %s, allowed %s"
              .formatted(
                  output,
                  shape(output),
                  wrong,
                  want.length,
                  worst,
                  got[worst],
                  want[worst],
                  allowed[worst]));
    }
  }

  private String shape(String output) {
    return Arrays.toString(tensor(output).shape());
  }
}
