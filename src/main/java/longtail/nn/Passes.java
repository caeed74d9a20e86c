package longtail.nn;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import longtail.Collective;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.nn.graph.MixingPlace;
import longtail.nn.graph.Program;
import longtail.nn.kernel.Kernels;
import longtail.nn.kernel.MapShape;
import longtail.nn.kernel.Profile;
import longtail.nn.kernel.ProfiledKernels;
import longtail.nn.kernel.SynchronizedKernels;
import longtail.nn.kernel.Transfers;
import longtail.nn.layer.Branch;
import longtail.nn.layer.Dropout;
import longtail.nn.layer.MixingOperator;
import longtail.nn.layer.Mode;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The compiled passes of a network and the memory that they share. Several networks with the same
 * program may use them, one at a time: whoever ran forward last holds the intermediate arrays.
 */
final class Passes implements AutoCloseable {
  private static final int KEPT = 6;

  private final Program program;
  private final DataType type;
  private DataType maps;
  private Collective workers = Collective.ALONE;
  private Optional<Profile> profile = Optional.empty();
  private Kernels kernels;
  private final Arena arena;
  private final Arena tangentArena;
  private final Transfers images;
  private final Map<PassKey, Pass> passes = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<PassKey, Inference> inferences = new LinkedHashMap<>();
  private InferenceForm normalization = InferenceForm.FOLDED;
  private Recomputation recomputation = Recomputation.NONE;
  private final Map<Pass, TangentPass> tangents = new HashMap<>();
  private final Map<MixingPlace, MixingOperator> mixers = new EnumMap<>(MixingPlace.class);
  private Optional<Dropout> dropout = Optional.empty();
  private Network holder;
  private Pass held;
  private Supplier<Optional<INDArray>> featureMap;
  private Content content = Content.NOTHING;

  /** What the intermediate arrays hold. */
  private enum Content {
    NOTHING,
    ACTIVATIONS,
    GRADIENTS
  }

  Passes(Program program, DataType type) {
    this.program = program;
    this.type = type;
    maps = type;
    kernels = Kernels.of(type);
    arena = new Arena(kernels.memory(), type);
    tangentArena = new Arena(kernels.memory(), type);
    images = new Transfers(kernels.memory());
  }

  Kernels kernels() {
    return kernels;
  }

  /** {@code batch} where the kernels read it, until the next one. */
  INDArray images(INDArray batch) {
    return images.up("images", batch);
  }

  /** The pass for {@code key}, whose forward computation {@code network} is about to run. */
  Pass forward(PassKey key, Optional<Mixing> mixing, Network network) {
    mixing.ifPresent(this::mix);
    Pass pass = passes.get(key);
    if (pass == null) {
      pass = compile(key);
      passes.put(key, pass);
    }
    holder = network;
    held = pass;
    featureMap = pass::featureMap;
    content = Content.ACTIVATIONS;
    return pass;
  }

  /** What computes in {@link Mode#EVAL}, as {@code network} is about to, for {@code images}. */
  Inference inference(
      MapShape images, Optional<Mixing> mixing, Optional<Branch> branch, Network network) {
    mixing.ifPresent(this::mix);
    MapShape image = new MapShape(1, images.height(), images.width(), images.channels());
    PassKey key =
        new PassKey(
            image,
            Mode.EVAL,
            Optional.empty(),
            mixing.map(Mixing::place),
            branch,
            PassKey.Retention.UNTIL_BACKWARD);
    Inference inference = inferences.get(key);
    if (inference == null) {
      if (inferences.size() >= KEPT) {
        inferences.remove(inferences.keySet().iterator().next()).close();
      }
      Program way = way(key);
      Program steps = normalization == InferenceForm.FOLDED ? way.folded() : way;
      inference = new Inference(steps, image, kernels, type);
      inferences.put(key, inference);
    }
    holder = network;
    held = null;
    featureMap = inference::featureMap;
    content = Content.NOTHING;
    return inference;
  }

  private void mix(Mixing mixing) {
    mixers.computeIfAbsent(mixing.place(), p -> new MixingOperator()).mixBy(mixing.map());
  }

  /** What {@code key} computes of the program. */
  private Program way(PassKey key) {
    Program whole = key.branch().map(program::along).orElse(program);
    return key.mixed().map(place -> whole.mixed(place, mixers.get(place))).orElse(whole);
  }

  /** From now on computes batch normalisations of evaluated networks so. */
  void normalize(InferenceForm how) {
    forget();
    normalization = how;
  }

  /**
   * The pass whose activations are there.
   *
   * @param wish what needs them
   * @throws IllegalStateException if they are not those of the last forward pass of {@code network}
   */
  Pass activations(Network network, String wish) {
    return held(network, Content.ACTIVATIONS, wish + " needs a forward pass right before");
  }

  /** Says that a backward computation is about to use the activations up, unless they stay. */
  void useUp() {
    if (!held.keepsActivations()) {
      content = Content.GRADIENTS;
    }
  }

  /** The last feature map of the pass that {@code network} ran right before, in whatever mode. */
  INDArray featureMap(Network network) {
    if (holder != network || content == Content.GRADIENTS) {
      throw new IllegalStateException(
          "the feature map needs a forward pass right before, with no pass of a twin since");
    }
    return featureMap
        .get()
        .orElseThrow(
            () ->
                new LongTailException(
                    ErrorCode.CONFIG,
                    "the features of this network are not the mean of a feature map; use a backbone without projection and branches"));
  }

  /** The pass whose backward computation {@code network} ran last. */
  Pass gradients(Network network, String wish) {
    return held(network, Content.GRADIENTS, wish + " needs a backward pass right before");
  }

  private Pass held(Network network, Content wanted, String need) {
    if (holder != network || content != wanted) {
      throw new IllegalStateException(
          need + ", in a mode other than EVAL and with no pass of a twin since");
    }
    return held;
  }

  private Pass compile(PassKey key) {
    Program way = way(key);
    Program trained = dropout.map(way::dropping).orElse(way);
    Pass pass = new Pass(trained, key, kernels, type, maps, recomputation);
    if (arena.tooSmallFor(pass.memoryLength())) {
      forget();
    } else if (passes.size() >= KEPT) {
      drop(passes.keySet().iterator().next());
    }
    pass.bind(arena.memory(pass.memoryLength()));
    return pass;
  }

  private void drop(PassKey key) {
    Pass pass = passes.remove(key);
    tangents.remove(pass);
    pass.close();
  }

  /**
   * What computes the tangents of {@code pass}.
   *
   * @throws LongTailException if the feature maps are of another type than the parameters, or some
   *     of them are not kept
   */
  TangentPass tangent(Pass pass) {
    if (pass.recomputes()) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "Cannot compute a tangent of a network that does not keep its feature maps; use model.recompute: none, was "
              + recomputation.name().toLowerCase(Locale.ROOT));
    }
    if (maps != type) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "Cannot compute a tangent of the network with feature maps in %s; use model.precision: float32"
              .formatted(maps));
    }
    TangentPass known = tangents.get(pass);
    if (known != null) {
      return known;
    }
    TangentPass tangent = new TangentPass(pass.program(), pass);
    if (tangentArena.tooSmallFor(tangent.memoryLength())) {
      tangents.clear();
    }
    tangent.bind(tangentArena.memory(tangent.memoryLength()));
    tangents.put(pass, tangent);
    return tangent;
  }

  /** Passes through the same program in memory of their own. */
  Passes fresh() {
    Passes others = new Passes(program, type);
    others.normalization = normalization;
    others.recomputation = recomputation;
    if (maps != type) {
      others.keepMapsIn(maps);
    }
    if (workers.workers() > 1) {
      others.synchronize(workers);
    }
    profile.ifPresent(others::profile);
    others.dropout = dropout.map(Dropout::ofView);
    return others;
  }

  /** Keeps the feature maps of all passes to come in {@code mapType}. */
  void keepMapsIn(DataType mapType) {
    if (mapType != type && !(mapType == DataType.BFLOAT16 && type == DataType.FLOAT)) {
      throw new IllegalArgumentException(
          "maps of %s do not go with parameters of %s".formatted(mapType, type));
    }
    forget();
    maps = mapType;
    kernels = Kernels.of(mapType);
  }

  /** Computes such feature maps of all passes to come again on the way back. */
  void recompute(Recomputation which) {
    forget();
    recomputation = which;
  }

  Recomputation recomputation() {
    return recomputation;
  }

  /** Takes the statistics of all passes to come over the batches of {@code together}. */
  void synchronize(Collective together) {
    if (maps != type) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "Cannot take statistics over %d workers with feature maps in %s; use model.precision: float32, or averaging.scope: round"
              .formatted(together.workers(), maps));
    }
    forget();
    workers = together;
    kernels = new SynchronizedKernels(Kernels.of(type), together);
  }

  /** Drops features in all passes to come that a backward pass may follow. */
  void drop(Dropout of) {
    forget();
    dropout = Optional.of(of);
  }

  /** What drops features, if something does. */
  Optional<Dropout> dropout() {
    return dropout;
  }

  /** Times the kernels of all passes to come into {@code into}. */
  void profile(Profile into) {
    forget();
    profile = Optional.of(into);
    kernels = ProfiledKernels.of(kernels, into);
  }

  /** Drops all passes; their memory stays for those to come. */
  void forget() {
    passes.values().forEach(Pass::close);
    passes.clear();
    inferences.values().forEach(Inference::close);
    inferences.clear();
    tangents.clear();
    holder = null;
    held = null;
    featureMap = null;
    content = Content.NOTHING;
  }

  @Override
  public void close() {
    forget();
    arena.close();
    tangentArena.close();
    images.close();
  }
}
