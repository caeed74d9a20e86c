package longtail.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import longtail.nn.graph.Program;
import longtail.nn.kernel.Kernels;
import longtail.nn.kernel.MapShape;
import longtail.nn.kernel.Transfers;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * One way through an evaluated network. Its parameters rest, so what can be computed of them alone
 * is computed once, until they change.
 *
 * <p>The steps that look at each image alone run on slices of the batch, one slice after the other
 * through several of them, so that the maps between them stay in the processor's cache. Slices
 * become longer where the maps become smaller. Their lengths do not depend on the batch, the last
 * one being filled up: what an image gives does not depend on the batch that it is in. The steps
 * behind them run on the whole batch.
 */
final class Inference implements AutoCloseable {
  /** Sections that are kept; a batch size takes one of its own, and a few that it shares. */
  private static final int KEPT = 12;

  private final Program program;
  private final Kernels kernels;
  private final ElementTypes types;
  private final MapShape image;
  private final Set<Integer> results;
  private final Map<Part, Section> sections = new HashMap<>();
  private final Transfers transfers;
  private INDArray known;
  private Section last;

  /**
   * Steps that run one after the other on as many images.
   *
   * @param from the first step
   * @param to the step behind the last one
   * @param images number of images
   */
  private record Part(int from, int to, long images) {}

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
    transfers = new Transfers(kernels.memory());
    types = new ElementTypes(type, this.kernels.type());
    results = new TreeSet<>(program.results());
    program.featureMap().ifPresent(results::add);
  }

  /** The parts of the program for a batch, in their order. */
  private List<Part> parts(long batch) {
    long[][] shapes = Section.shapes(program, image);
    List<Part> parts = new ArrayList<>();
    int from = 0;
    long images = 0;
    int i = 0;
    for (; i < program.steps().size() && program.steps().get(i).operator().byImage(); i++) {
      long wanted = images;
      if (shapes[i + 1].length == shapes[0].length) {
        wanted = Math.max(images, kernels.imagesAtOnce(batch, MapShape.of(shapes[i + 1])));
      }
      if (wanted != images && i > from) {
        parts.add(new Part(from, i, images));
        from = i;
      }
      images = wanted;
    }
    if (i > from) {
      parts.add(new Part(from, i, images));
    }
    parts.add(new Part(i, program.steps().size(), batch));
    return parts;
  }

  private Section section(Part part) {
    MapShape images = new MapShape(part.images(), image.height(), image.width(), image.channels());
    Set<Integer> kept = new TreeSet<>(results);
    program.steps().stream()
        .skip(part.to())
        .flatMapToInt(step -> Arrays.stream(step.inputs()))
        .forEach(kept::add);
    kept.removeIf(value -> value > part.to());
    return new Section(program, part.from(), part.to(), images, kept, kernels, types);
  }

  /**
   * Features and logits, on the host, of {@code images}, {@code [batch, height, width, 3]}.
   *
   * @param parameters what the layers compute with
   */
  Activations forward(INDArray images, INDArray parameters) {
    List<Part> parts = parts(images.size(0));
    boolean fresh = !sections.keySet().containsAll(parts);
    if (fresh && sections.size() + parts.size() > KEPT) {
      closeSections();
    }
    List<Section> chain =
        parts.stream().map(part -> sections.computeIfAbsent(part, this::section)).toList();
    takeParameters(parameters, fresh);
    run(chain, parts, parts.size() - 1, images, 0, images.size(0));
    last = chain.get(chain.size() - 1);
    Map<String, INDArray> auxiliary = new LinkedHashMap<>();
    program.auxiliary().forEach((name, value) -> auxiliary.put(name, result(value)));
    return new Activations(result(program.features()), result(program.logits()), auxiliary);
  }

  private INDArray result(int value) {
    return transfers.down(value, last.array(value));
  }

  /** Runs a section for some images, after those before it, slice by slice. */
  private void run(
      List<Section> chain, List<Part> parts, int level, INDArray images, long start, long count) {
    Section section = chain.get(level);
    if (level == 0) {
      section.inputs().forEach(v -> copy(images, start, section.array(v), 0, count));
    } else {
      Section before = chain.get(level - 1);
      long atOnce = parts.get(level - 1).images();
      for (long done = 0; done < count; done += atOnce) {
        long offset = done;
        long some = Math.min(atOnce, count - done);
        run(chain, parts, level - 1, images, start + offset, some);
        section.inputs().forEach(v -> copy(before.array(v), 0, section.array(v), offset, some));
      }
    }
    section.run();
  }

  /** Anybody may have written into the parameters since, or they are another network's. */
  private void takeParameters(INDArray parameters, boolean fresh) {
    if (known == null) {
      known = kernels.memory().allocate(parameters.dataType(), parameters.length());
    } else if (!fresh && kernels.same(parameters, known)) {
      return;
    }
    kernels.memory().copy(parameters, known);
    sections.values().forEach(Section::takeParameters);
  }

  private void copy(INDArray from, long fromImage, INDArray to, long toImage, long count) {
    kernels.convert(rows(from, fromImage, count), rows(to, toImage, count));
  }

  /** The numbers of some images, one after the other. */
  private static INDArray rows(INDArray array, long start, long count) {
    long length = array.length() / array.size(0);
    return array
        .reshape('c', new long[] {array.length()})
        .get(NDArrayIndex.interval(start * length, (start + count) * length));
  }

  /** The feature map of the last batch on the host, if the features are its mean. */
  Optional<INDArray> featureMap() {
    return program.featureMap().map(this::result);
  }

  private void closeSections() {
    sections.values().forEach(Section::close);
    sections.clear();
  }

  @Override
  public void close() {
    closeSections();
    transfers.close();
    kernels.memory().free(known);
    known = null;
  }
}
