package longtail.nn;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import longtail.nn.graph.Program;
import longtail.nn.kernel.Kernels;
import longtail.nn.kernel.MapShape;
import longtail.nn.layer.Operator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * One way through an evaluated network. Its parameters rest, so what can be computed of them alone
 * is computed once, until they change.
 *
 * <p>The steps that look at each image alone run on slices of the batch, one slice after the other
 * through all of them, so that the maps between them stay in the processor's cache. All slices have
 * one size, the last one being filled up: what an image gives does not depend on the batch that it
 * is in. The steps behind them run on the whole batch.
 */
final class Inference implements AutoCloseable {
  private static final int KEPT = 6;

  private final Program program;
  private final Kernels kernels;
  private final ElementTypes types;
  private final MapShape image;
  private final int cut;
  private final Set<Integer> crossing = new TreeSet<>();
  private final Set<Integer> results;
  private final Map<Long, Section> slices = new HashMap<>();
  private final Map<Long, Section> rests = new HashMap<>();
  private INDArray known;
  private Section last;

  /**
   * An evaluated network.
   *
   * @param image extents of one image
   * @param type of parameters, and of all values but feature maps
   */
  Inference(Program program, MapShape image, Kernels kernels, DataType type) {
    this.program = program;
    this.kernels = kernels.forwardOnly();
    this.image = image;
    types = new ElementTypes(type, this.kernels.type());
    cut =
        (int)
            program.steps().stream()
                .map(Program.Step::operator)
                .takeWhile(Operator::byImage)
                .count();
    results = new TreeSet<>(program.results());
    program.featureMap().ifPresent(results::add);
    results.stream().filter(value -> value <= cut).forEach(crossing::add);
    program.steps().stream()
        .skip(cut)
        .flatMapToInt(step -> Arrays.stream(step.inputs()))
        .filter(value -> value <= cut)
        .forEach(crossing::add);
  }

  private static Section section(Map<Long, Section> sections, long batch, Section made) {
    if (sections.size() >= KEPT) {
      sections.values().forEach(Section::close);
      sections.clear();
    }
    sections.put(batch, made);
    return made;
  }

  private MapShape batchOf(long images) {
    return new MapShape(images, image.height(), image.width(), image.channels());
  }

  private Section slice(long images) {
    Section slice = slices.get(images);
    return slice != null
        ? slice
        : section(
            slices,
            images,
            new Section(program, 0, cut, batchOf(images), crossing, kernels, types));
  }

  private Section rest(long batch) {
    Section rest = rests.get(batch);
    int end = program.steps().size();
    return rest != null
        ? rest
        : section(
            rests,
            batch,
            new Section(program, cut, end, batchOf(batch), results, kernels, types));
  }

  /** Bytes of the longest map of one image. */
  private long longestMap() {
    return Arrays.stream(Section.shapes(program, image), 1, cut + 1)
            .mapToLong(types::lengthInMemory)
            .max()
            .orElse(1)
        * types.type().width();
  }

  /**
   * Features and logits of {@code images}, {@code [batch, height, width, 3]}.
   *
   * @param parameters what the layers compute with
   */
  Activations forward(INDArray images, INDArray parameters) {
    long batch = images.size(0);
    long atOnce = kernels.imagesAtOnce(batch, longestMap());
    boolean fresh = !slices.containsKey(atOnce) || !rests.containsKey(batch);
    Section slice = slice(atOnce);
    Section rest = rest(batch);
    takeParameters(parameters, fresh);
    for (long start = 0; start < batch; start += atOnce) {
      long count = Math.min(atOnce, batch - start);
      kernels.convert(rows(images, start, count), rows(slice.array(0), 0, count));
      slice.run();
      for (int value : crossing) {
        kernels.convert(
            rows(slice.array(value), 0, count), rows(rest.array(value), start, count));
      }
    }
    rest.run();
    last = rest;
    Map<String, INDArray> auxiliary = new LinkedHashMap<>();
    program.auxiliary().forEach((name, value) -> auxiliary.put(name, rest.array(value)));
    return new Activations(
        rest.array(program.features()), rest.array(program.logits()), auxiliary);
  }

  /** Anybody may have written into the parameters since, or they are another network's. */
  private void takeParameters(INDArray parameters, boolean fresh) {
    if (known == null) {
      known = Nd4j.createUninitializedDetached(parameters.dataType(), parameters.length());
    } else if (!fresh && kernels.same(parameters, known)) {
      return;
    }
    known.assign(parameters);
    slices.values().forEach(Section::takeParameters);
    rests.values().forEach(Section::takeParameters);
  }

  /** The numbers of some images, one after the other. */
  private static INDArray rows(INDArray array, long start, long count) {
    long length = array.length() / array.size(0);
    return array
        .reshape('c', new long[] {array.length()})
        .get(NDArrayIndex.interval(start * length, (start + count) * length));
  }

  /** The feature map of the last batch, if the features are its mean. */
  Optional<INDArray> featureMap() {
    return program.featureMap().map(last::array);
  }

  @Override
  public void close() {
    slices.values().forEach(Section::close);
    rests.values().forEach(Section::close);
    slices.clear();
    rests.clear();
    if (known != null && known.closeable()) {
      known.close();
    }
    known = null;
  }
}
