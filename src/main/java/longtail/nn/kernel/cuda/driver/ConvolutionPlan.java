package longtail.nn.kernel.cuda.driver;

import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_ENGINECFG_ENGINE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_ENGINEHEUR_MODE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_ENGINEHEUR_RESULTS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_ENGINE_NUMERICAL_NOTE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_EXECUTION_PLAN_HANDLE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATIONGRAPH_HANDLE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATIONGRAPH_OPS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_VARIANT_PACK_WORKSPACE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_ENGINECFG_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_ENGINE_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_HEUR_MODE_A;
import static org.bytedeco.cuda.global.cudnn.CUDNN_HEUR_MODE_FALLBACK;
import static org.bytedeco.cuda.global.cudnn.CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION;
import static org.bytedeco.cuda.global.cudnn.CUDNN_NUMERICAL_NOTE_TENSOR_CORE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_STATUS_SUCCESS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_HEUR_MODE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_NUMERICAL_NOTE;
import static org.bytedeco.cuda.global.cudnn.cudnnBackendExecute;
import static org.bytedeco.cuda.global.cudnn.cudnnGetErrorString;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import longtail.ErrorCode;
import longtail.LongTailException;
import org.bytedeco.cuda.cudnn.cudnnContext;

/**
 * How cuDNN computes one direction of a convolution: of the engines that its heuristics name, the
 * first that keeps the rules. It has not run on a GPU yet.
 */
final class ConvolutionPlan implements AutoCloseable {
  /** What makes the same numbers of the same numbers no more. */
  static final int NONDETERMINISTIC = CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC;

  /** What rounds float32 numbers before it multiplies them: TF32 and the like. */
  static final Set<Integer> ROUNDING =
      Set.of(
          CUDNN_NUMERICAL_NOTE_TENSOR_CORE,
          CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS,
          CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION);

  private static final int MOST_ENGINES = 16;
  private static final int MOST_NOTES = 16;

  private final cudnnContext handle;
  private final Descriptor plan;
  private final long workspace;

  private ConvolutionPlan(cudnnContext handle, Descriptor plan) {
    this.handle = handle;
    this.plan = plan;
    workspace = plan.number(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE);
  }

  /**
   * A plan for {@code graph} whose engine has none of the numerical notes {@code refused}, or
   * nothing if cuDNN has no such engine on this device.
   */
  static Optional<ConvolutionPlan> of(
      cudnnContext handle, ConvolutionGraph graph, Set<Integer> refused) {
    try (Descriptor operations =
        new Descriptor("operations", CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR)) {
      operations.setHandle(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, handle);
      operations.setParts(CUDNN_ATTR_OPERATIONGRAPH_OPS, graph.operation());
      operations.finish();
      for (int mode : new int[] {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK}) {
        Optional<ConvolutionPlan> plan = first(handle, operations, mode, refused);
        if (plan.isPresent()) {
          return plan;
        }
      }
      return Optional.empty();
    }
  }

  private static Optional<ConvolutionPlan> first(
      cudnnContext handle, Descriptor operations, int mode, Set<Integer> refused) {
    Descriptor[] configurations =
        IntStream.range(0, MOST_ENGINES)
            .mapToObj(i -> new Descriptor("engine", CUDNN_BACKEND_ENGINECFG_DESCRIPTOR))
            .toArray(Descriptor[]::new);
    try (Descriptor heuristics =
        new Descriptor("choice of engines", CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR)) {
      heuristics.setParts(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, operations);
      heuristics.setValues(CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, mode);
      if (!heuristics.finishes()) {
        return Optional.empty();
      }
      int found = heuristics.read(CUDNN_ATTR_ENGINEHEUR_RESULTS, configurations);
      for (int i = 0; i < found; i++) {
        if (keepsRules(configurations[i], refused)) {
          Descriptor plan = new Descriptor("plan", CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
          plan.setHandle(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, handle);
          plan.setParts(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, configurations[i]);
          if (plan.finishes()) {
            return Optional.of(new ConvolutionPlan(handle, plan));
          }
          plan.close();
        }
      }
      return Optional.empty();
    } finally {
      for (Descriptor configuration : configurations) {
        configuration.close();
      }
    }
  }

  private static boolean keepsRules(Descriptor configuration, Set<Integer> refused) {
    try (Descriptor engine = new Descriptor("engine", CUDNN_BACKEND_ENGINE_DESCRIPTOR)) {
      configuration.read(CUDNN_ATTR_ENGINECFG_ENGINE, engine);
      int[] notes =
          engine.values(CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE, MOST_NOTES);
      return Arrays.stream(notes).noneMatch(refused::contains);
    }
  }

  /** Bytes of memory that a run needs beside the tensors. */
  long workspaceBytes() {
    return workspace;
  }

  /** Begins a run with the tensors at these addresses, multiples of 16. */
  void run(long x, long weights, long y, long room) {
    try (Descriptor pack = new Descriptor("addresses", CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR)) {
      pack.setNumbers(
          CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS,
          ConvolutionGraph.X,
          ConvolutionGraph.WEIGHTS,
          ConvolutionGraph.Y);
      pack.setAddresses(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, x, weights, y);
      pack.setAddresses(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, room);
      pack.finish();
      int status = cudnnBackendExecute(handle, plan.own(), pack.own());
      if (status != CUDNN_STATUS_SUCCESS) {
        throw new LongTailException(
            ErrorCode.TRAINING,
            "cuDNN cannot run a convolution: " + cudnnGetErrorString(status).getString());
      }
    }
  }

  @Override
  public void close() {
    plan.close();
  }
}
