package longtail.dataset;

import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.IntStream;
import longtail.RandomStreams;
import longtail.config.Default;

/** Which images a subset keeps: our own seeded choice, or that of published code. */
public sealed interface SubsetSelection extends Serializable {

  /** A fresh sequence of draws. */
  ClassDraw draws();

  /**
   * Chooses images.
   *
   * @param labels class of each image, in the order of the file
   * @param wanted images to keep of each class; of a smaller class all are kept
   * @return positions in {@code labels}
   */
  int[] select(int[] labels, ClassCounts wanted);

  /**
   * Keeps the order of the file. The choice within a class depends on that class only.
   *
   * @param seed of the choice
   */
  record Seeded(@Default("0") long seed) implements SubsetSelection {
    @Override
    public ClassDraw draws() {
      return (c, members, wanted) -> {
        int[] order = IntStream.range(0, members).toArray();
        RandomStreams.shuffle(order, RandomStreams.of(seed, c));
        return Arrays.copyOf(order, wanted);
      };
    }

    @Override
    public int[] select(int[] labels, ClassCounts wanted) {
      return ClassSubset.inFileOrder(labels, wanted, draws());
    }
  }

  /**
   * The choice of the code of LDAM (Cao et al., 2019) and of "Bag of Tricks" with seed 0, and that
   * of GLMC with seed 3407: NumPy's legacy generator shuffles class after class, and the images
   * stay in that order.
   *
   * @param seed of NumPy's generator, 0 to 2^32 - 1
   */
  record NumpyShuffle(@Default("0") long seed) implements SubsetSelection {
    /** Checks the seed. */
    public NumpyShuffle {
      MersenneTwister.ofNumpySeed(seed);
    }

    @Override
    public ClassDraw draws() {
      MersenneTwister twister = MersenneTwister.ofNumpySeed(seed);
      return (c, members, wanted) -> {
        int[] order = IntStream.range(0, members).toArray();
        twister.shuffleLikeNumpy(order);
        return Arrays.copyOf(order, wanted);
      };
    }

    @Override
    public int[] select(int[] labels, ClassCounts wanted) {
      return ClassSubset.inDrawOrder(labels, wanted, draws());
    }
  }

  /**
   * The choice of the code of MetaSAug: Python's generator shuffles class after class; the images
   * keep the order of the file.
   *
   * @param seed of Python's generator
   */
  record PythonShuffle(@Default("42") long seed) implements SubsetSelection {
    @Override
    public ClassDraw draws() {
      MersenneTwister twister = MersenneTwister.ofPythonSeed(seed);
      return (c, members, wanted) -> {
        int[] order = IntStream.range(0, members).toArray();
        twister.shuffleLikePython(order);
        return Arrays.copyOf(order, wanted);
      };
    }

    @Override
    public int[] select(int[] labels, ClassCounts wanted) {
      return ClassSubset.inFileOrder(labels, wanted, draws());
    }
  }
}
