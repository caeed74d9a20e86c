package longtail.nn.kernel.cuda.driver;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import longtail.nn.kernel.cuda.ConvolutionEngine;
import longtail.nn.kernel.cuda.ConvolutionExtents;
import longtail.nn.kernel.cuda.DirectConvolution;
import longtail.nn.kernel.cuda.MapNumbers;

/**
 * Convolutions of one extent by cuDNN, a plan for each direction, made when it is first asked for.
 * Where cuDNN has no engine that is deterministic and, with float32, rounds nothing, our own direct
 * kernel computes, slowly. It has not run on a GPU yet.
 */
final class CudnnConvolution implements ConvolutionEngine {
  private final Cudnn cudnn;
  private final ConvolutionExtents extents;
  private final DirectConvolution direct;
  private final Map<Direction, Optional<ConvolutionPlan>> plans = new EnumMap<>(Direction.class);
  private MapNumbers ofGradients;

  CudnnConvolution(Cudnn cudnn, ConvolutionExtents extents) {
    this.cudnn = cudnn;
    this.extents = extents;
    direct = new DirectConvolution(cudnn.device(), extents);
  }

  /**
   * Gradients of weights are float32 whatever the maps are, if cuDNN has an engine for that; else
   * in the numbers of maps, as that is many times faster than our own kernel.
   */
  @Override
  public boolean wideGradients() {
    return numbersOfGradients() == MapNumbers.FLOAT32;
  }

  private MapNumbers numbersOfGradients() {
    if (ofGradients == null) {
      ofGradients = MapNumbers.FLOAT32;
      MapNumbers narrow = cudnn.device().numbers();
      Optional<ConvolutionPlan> plan = plan(Direction.BACK_WEIGHTS, MapNumbers.FLOAT32);
      if (plan.isEmpty() && narrow != MapNumbers.FLOAT32) {
        plan = plan(Direction.BACK_WEIGHTS, narrow);
        ofGradients = plan.isPresent() ? narrow : MapNumbers.FLOAT32;
      }
      plans.put(Direction.BACK_WEIGHTS, plan);
    }
    return ofGradients;
  }

  @Override
  public void run(Direction direction, long x, long weights, long y) {
    if (direction == Direction.BACK_WEIGHTS) {
      numbersOfGradients();
    }
    Optional<ConvolutionPlan> plan =
        plans.computeIfAbsent(direction, asked -> plan(asked, cudnn.device().numbers()));
    if (plan.isPresent()) {
      plan.get().run(x, weights, y, cudnn.workspace(plan.get().workspaceBytes()));
    } else {
      direct.run(direction, x, weights, y);
    }
  }

  private Optional<ConvolutionPlan> plan(Direction direction, MapNumbers ofWeights) {
    MapNumbers numbers = cudnn.device().numbers();
    Set<Integer> refused = new HashSet<>();
    refused.add(ConvolutionPlan.NONDETERMINISTIC);
    if (numbers == MapNumbers.FLOAT32) {
      refused.addAll(ConvolutionPlan.ROUNDING);
    }
    try (ConvolutionGraph graph = new ConvolutionGraph(direction, extents, numbers, ofWeights)) {
      return ConvolutionPlan.of(cudnn.handle(), graph, refused);
    }
  }

  @Override
  public void close() {
    plans.values().forEach(plan -> plan.ifPresent(ConvolutionPlan::close));
    plans.clear();
  }
}
