package longtail.train;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import longtail.RandomStreams;
import longtail.dataset.Normalization;
import longtail.dataset.Shots;
import longtail.image.ImageSource;
import longtail.image.RgbImage;
import longtail.image.augment.Pipeline;
import longtail.loss.LossFunction;
import longtail.loss.LossValue;
import longtail.method.Batch;
import longtail.method.Learner;
import longtail.method.StepBatches;
import longtail.method.StepResult;
import longtail.nn.Network;
import longtail.nn.kernel.KernelMemory;
import longtail.optim.Optimizer;
import longtail.optim.Span;
import longtail.sample.Population;
import longtail.train.checkpoint.FlatVector;
import longtail.train.checkpoint.TrainingState;
import longtail.train.data.BatchSource;
import longtail.train.data.ImageSet;
import longtail.train.data.ImageSupply;
import longtail.train.experiment.Experiment;
import longtail.train.experiment.InputSize;
import longtail.train.experiment.Rounds;
import longtail.train.experiment.Stage;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A softmax classifier on the pixels of small random images, trained by real workers and real
 * rounds in float64: everything of training but the network.
 */
final class ToyTraining {
  static final int CLASSES = 3;
  private static final InputSize SIZE = new InputSize(4, 5);
  private static final int PARAMETERS = (SIZE.length() + 1) * CLASSES;

  private final Experiment experiment;
  private final Population population;
  private final Map<Integer, RgbImage> images = new HashMap<>();

  ToyTraining(String yaml, int... shardSizes) {
    experiment = Experiment.parse(yaml, "test", List.of());
    int[] labels = new int[Arrays.stream(shardSizes).sum()];
    SplittableRandom random = RandomStreams.of(11);
    for (int row = 0; row < labels.length; row++) {
      labels[row] = row == 0 ? 2 : random.nextInt(2) * random.nextInt(2);
      byte[] pixels = new byte[SIZE.length()];
      random.nextBytes(pixels);
      images.put(row, new RgbImage(SIZE.height(), SIZE.width(), pixels));
    }
    population = Population.of(labels, CLASSES, shardSizes);
  }

  Experiment experiment() {
    return experiment;
  }

  void replaceImage(int row, RgbImage image) {
    images.put(row, image);
  }

  Rounds rounds() {
    return Rounds.of(experiment, population.size());
  }

  TrainingState start() {
    double[] parameters = new double[PARAMETERS];
    SplittableRandom random = RandomStreams.of(5);
    Arrays.setAll(parameters, i -> 0.1 * RandomStreams.gaussian(random));
    return TrainingState.initial(FlatVector.of(parameters));
  }

  BatchSource source(int worker, int workers) {
    return new BatchSource(experiment, imageSet(), Optional.empty(), SIZE, worker, workers);
  }

  /** The same with the training images as meta images. */
  BatchSource sourceWithMeta(int worker, int workers) {
    return new BatchSource(experiment, imageSet(), Optional.of(imageSet()), SIZE, worker, workers);
  }

  private ImageSet imageSet() {
    return new ImageSet(
        population,
        supply(),
        Pipeline.of(
            experiment.data().transforms(),
            new Normalization(new double[] {.5, .5, .5}, new double[] {.25, .25, .25}),
            SIZE.height(),
            SIZE.width()));
  }

  Worker worker(int worker, int workers) {
    return new Worker(
        experiment,
        imageSet(),
        Optional.empty(),
        SIZE,
        new Softmaxes(),
        new StepCollective(1),
        DataType.DOUBLE,
        new Shots(100, 20),
        worker,
        workers);
  }

  /** Does rounds with {@code workers} workers until {@code rounds} are done or none is left. */
  TrainingState run(TrainingState from, int workers, int roundsToDo) {
    return new TogetherRounds(experiment, rounds(), workers, w -> worker(w, workers))
        .run(from, roundsToDo, round -> {});
  }

  private ImageSupply supply() {
    return new ImageSupply() {
      @Override
      public ImageSource source(int row) {
        return images.get(row);
      }

      @Override
      public String name(int row) {
        return "toy " + row;
      }

      @Override
      public void close() {}
    };
  }

  /** One classifier, and a learner for each stage. */
  private final class Softmaxes implements StageLearners {
    private final INDArray parameters = Nd4j.zeros(DataType.DOUBLE, PARAMETERS);
    private int stage = -1;
    private Learner learner;

    @Override
    public Network network() {
      throw new UnsupportedOperationException("a single linear map has no network");
    }

    @Override
    public KernelMemory memory() {
      return KernelMemory.ofHost();
    }

    @Override
    public Learner learner(int wanted) {
      if (wanted != stage) {
        Stage plan = experiment.stages().get(wanted);
        learner = new Softmax(parameters, plan.loss().bind(population.counts()), plan.optimizer());
        stage = wanted;
      }
      return learner;
    }

    @Override
    public void begin(int beginning) {
      if (experiment.stages().get(beginning).reinitialize() == Stage.Reinitialize.HEAD) {
        parameters.assign(0);
      }
    }

    @Override
    public void close() {}
  }

  private static final class Softmax implements Learner {
    private final INDArray parameters;
    private final INDArray gradients = Nd4j.zeros(DataType.DOUBLE, PARAMETERS);
    private final INDArray optimizerState;
    private final LossFunction loss;
    private final Optimizer optimizer;

    Softmax(INDArray parameters, LossFunction loss, Optimizer optimizer) {
      this.parameters = parameters;
      this.loss = loss;
      this.optimizer = optimizer;
      this.optimizerState = Nd4j.zeros(DataType.DOUBLE, optimizer.stateLength(PARAMETERS));
    }

    @Override
    public StepResult step(StepBatches batches, double rate, long iteration) {
      Batch batch = batches.main();
      INDArray x = batch.images().reshape(batch.size(), SIZE.length());
      LossValue value =
          loss.evaluate(x.mmul(weights(parameters)).addRowVector(bias(parameters)), batch.labels());
      weights(gradients).assign(x.transpose().mmul(value.gradLogits()));
      bias(gradients).assign(value.gradLogits().sum(0));
      optimizer.step(
          parameters, gradients, optimizerState, rate, List.of(new Span(0, PARAMETERS)), iteration);
      return new StepResult(batch.size(), value.value(), 0);
    }

    private static INDArray weights(INDArray flat) {
      return flat.get(NDArrayIndex.interval(0, SIZE.length() * CLASSES))
          .reshape('c', SIZE.length(), CLASSES);
    }

    private static INDArray bias(INDArray flat) {
      return flat.get(NDArrayIndex.interval(SIZE.length() * CLASSES, PARAMETERS));
    }

    @Override
    public INDArray parameters() {
      return parameters;
    }

    @Override
    public INDArray optimizerState() {
      return optimizerState;
    }

    @Override
    public byte[] state() {
      return new byte[0];
    }

    @Override
    public void restore(byte[] state) {}
  }
}
