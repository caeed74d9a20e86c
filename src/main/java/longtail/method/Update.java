package longtail.method;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import longtail.Collective;
import longtail.nn.GradientListener;
import longtail.nn.Network;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.kernel.KernelMemory;
import longtail.nn.layer.Role;
import longtail.optim.Constraint;
import longtail.optim.Optimizer;
import longtail.optim.ParameterGroups;
import longtail.optim.Span;
import longtail.optim.UpdateRule;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The change of a network's parameters by their gradients: clip, optimiser, constraint, moving
 * average. Every method calls it once the gradients are there.
 *
 * <p>What it remembers is one flat vector, which merges over workers like parameters: the
 * optimiser's state; the average, if there is one; then what was measured before the first step,
 * behind a number that is not 0 once that is done.
 */
public final class Update implements AutoCloseable {
  private final UpdateRule rule;
  private final Network network;
  private final List<Span> trainable;
  private final List<Group> groups;
  private final List<ParameterBlock> classifiers;
  private final KernelMemory memory;
  private final INDArray state;
  private final long begun;
  private final GradientSums sums;

  /** Parts of the vector with the same rate and the same weight decay. */
  private record Group(Optimizer optimizer, double rateFactor, List<Span> spans) {}

  /** An update by a worker that takes its steps alone. */
  public Update(UpdateRule rule, Network network, List<Span> trainable) {
    this(rule, network, trainable, Collective.ALONE);
  }

  /**
   * An update of {@code network}, with zeros for what it remembers.
   *
   * @param trainable parts of the flat parameter vector that may change
   * @param workers who takes each step together: their gradients are added up
   */
  public Update(UpdateRule rule, Network network, List<Span> trainable, Collective workers) {
    this.rule = rule;
    this.network = network;
    this.trainable = trainable;
    memory = network.memory();
    sums = new GradientSums(workers, memory, network.gradients(), trainable);
    groups = groups(rule, network.layout(), trainable);
    classifiers =
        network.layout().stream().filter(block -> block.role() == Role.HEAD_WEIGHT).toList();
    long parameters = network.parameters().length();
    begun = rule.averageOffset(parameters) + (rule.average().isPresent() ? parameters : 0);
    state = zeros(begun + (measures() ? 1 + classifiers.size() : 0));
  }

  /** The live flat vector of all that is remembered; of length 0 if nothing is. */
  public INDArray state() {
    return state;
  }

  /**
   * For the only backward pass of the network between two {@link #step steps}, if nobody changes
   * its gradients afterwards: their sums over the workers begin while it runs.
   */
  public GradientListener duringBackward() {
    sums.clear();
    return sums;
  }

  /**
   * Changes the parameters by the network's gradients, which are used up.
   *
   * @param rate learning rate of this step
   * @param iteration steps of the stage before this one
   */
  public void step(double rate, long iteration) {
    INDArray parameters = network.parameters();
    INDArray gradients = network.gradients();
    begin();
    sums.await();
    rule.clip(memory, gradients, trainable);
    for (Group group : groups) {
      INDArray own = optimizerState();
      double groupRate = rate * group.rateFactor;
      group.optimizer.step(memory, parameters, gradients, own, groupRate, group.spans, iteration);
    }
    constrain(Constraint.Timing.STEP, parameters);
    rule.average().ifPresent(average -> average.update(memory, average(), parameters));
  }

  /** Does what is due after the last step of an epoch. */
  public void endEpoch() {
    begin();
    constrain(Constraint.Timing.EPOCH, network.parameters());
    if (rule.average().isPresent()) {
      constrain(Constraint.Timing.EPOCH, average());
    }
  }

  /** Frees what is remembered; the network stays. */
  @Override
  public void close() {
    memory.free(state);
  }

  /** Whether something must be known of the parameters before the first step. */
  private boolean measures() {
    return rule.average().isPresent() || rule.constraint().isPresent();
  }

  private void begin() {
    if (!measures() || measured(0) != 0) {
      return;
    }
    if (rule.average().isPresent()) {
      memory.copy(network.parameters(), average());
    }
    rule.constraint().ifPresent(this::measure);
    measured(0, 1);
  }

  private void measure(Constraint constraint) {
    for (int i = 0; i < classifiers.size(); i++) {
      INDArray weight = memory.host(classifiers.get(i).in(network.parameters()));
      measured(1 + i, constraint.limit(weight));
    }
  }

  private void constrain(Constraint.Timing timing, INDArray parameters) {
    rule.constraint()
        .filter(constraint -> constraint.timing() == timing)
        .ifPresent(constraint -> project(constraint, parameters));
  }

  private void project(Constraint constraint, INDArray parameters) {
    for (int i = 0; i < classifiers.size(); i++) {
      double limit = measured(1 + i);
      memory.change(classifiers.get(i).in(parameters), weight -> constraint.project(weight, limit));
    }
  }

  private INDArray zeros(long length) {
    if (length == 0) {
      return Nd4j.zeros(network.type(), 0);
    }
    INDArray zeros = memory.allocate(network.type(), length);
    memory.fill(zeros, 0);
    return zeros;
  }

  /** A number that was measured before the first step, by its place behind the rest. */
  private double measured(long place) {
    return memory.host(part(state, begun + place, 1)).getDouble(0);
  }

  private void measured(long place, double number) {
    memory.fill(part(state, begun + place, 1), number);
  }

  private INDArray optimizerState() {
    return part(state, 0, rule.averageOffset(network.parameters().length()));
  }

  private INDArray average() {
    long parameters = network.parameters().length();
    return part(state, rule.averageOffset(parameters), parameters);
  }

  private static INDArray part(INDArray flat, long from, long length) {
    return length == flat.length() || length == 0
        ? flat
        : flat.get(NDArrayIndex.interval(from, from + length));
  }

  /** One group for everything, where nothing distinguishes the blocks. */
  private static List<Group> groups(
      UpdateRule rule, List<ParameterBlock> layout, List<Span> trainable) {
    ParameterGroups plan = rule.groups();
    if (plan.equals(ParameterGroups.uniform())) {
      return List.of(new Group(rule.optimizer(), 1, trainable));
    }
    record Treatment(boolean head, boolean decays) {}
    Map<Treatment, List<Span>> spans = new LinkedHashMap<>();
    for (ParameterBlock block : layout) {
      Span span = new Span(block.offset(), block.length());
      if (block.trainable() && trainable.stream().anyMatch(whole -> whole.contains(span))) {
        Treatment treatment = new Treatment(block.head(), decays(block.role(), plan.decay()));
        spans.computeIfAbsent(treatment, t -> new ArrayList<>()).add(span);
      }
    }
    List<Group> groups = new ArrayList<>();
    spans.forEach(
        (treatment, parts) ->
            groups.add(
                new Group(
                    treatment.decays ? rule.optimizer() : rule.optimizer().withoutDecay(),
                    treatment.head ? plan.headRate() : plan.backboneRate(),
                    Span.joined(parts))));
    return groups;
  }

  private static boolean decays(Role role, ParameterGroups.Decay decay) {
    boolean normalization = role == Role.NORM_SCALE || role == Role.NORM_SHIFT;
    return switch (decay) {
      case ALL -> true;
      case WITHOUT_NORMALIZATION -> !normalization;
      case WEIGHTS -> role.weight();
    };
  }
}
