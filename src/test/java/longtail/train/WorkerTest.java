package longtail.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.collective.WorkerCollective;
import longtail.image.RgbImage;
import longtail.method.supervised.Supervised;
import longtail.train.checkpoint.FlatVector;
import longtail.train.checkpoint.StateShare;
import longtail.train.checkpoint.TrainingState;
import longtail.train.data.BatchSource;
import longtail.train.experiment.Cursor;
import longtail.train.experiment.Round;
import longtail.train.experiment.Rounds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerTest {
  private static final String EXPERIMENT =
      """
      name: toy
      data: {transforms: [{type: pad-crop, padding: 1}, {type: horizontal-flip}]}
      model: {precision: float64}
      stages:
        - name: first
          epochs: 3
          batch-size: 6
          optimizer: {type: sgd, lr: 0.05, momentum: %s, nesterov: %s}
          schedule: {type: cosine}
        - name: second
          epochs: 2
          batch-size: 7
          sampler: class-balanced
          loss: balanced-softmax
          last-batch: keep
          optimizer: {type: sgd, lr: 0.01, momentum: %s}
          schedule: constant
      averaging: {every: %d}
      """;

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 6})
  void averagingEveryStepOfPlainSgdEqualsOneWorker(int workers) {
    ToyTraining training = training("0.0", "false", 1);
    TrainingState one = training.run(training.start(), 1, Integer.MAX_VALUE);
    TrainingState many = training.run(training.start(), workers, Integer.MAX_VALUE);
    assertClose(many.parameters(), one.parameters());
    assertThat(many.cursor()).isEqualTo(new Cursor(2, 0, 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"false", "true"})
  void averagingEveryStepWithMomentumEqualsOneWorker(String nesterov) {
    ToyTraining training = training("0.9", nesterov, 1);
    TrainingState one = training.run(training.start(), 1, Integer.MAX_VALUE);
    TrainingState two = training.run(training.start(), 2, Integer.MAX_VALUE);
    assertClose(two.parameters(), one.parameters());
    assertClose(two.optimizer(), one.optimizer());
  }

  @Test
  void oneWorkerIsTheSameWhereverItsRoundsEnd() {
    ToyTraining everyStep = training("0.9", "true", 1);
    ToyTraining everyFour = training("0.9", "true", 4);
    assertThat(everyFour.run(everyFour.start(), 1, Integer.MAX_VALUE))
        .isEqualTo(everyStep.run(everyStep.start(), 1, Integer.MAX_VALUE));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aRunThatIsResumedAnywhereEqualsTheUninterruptedOneToTheBit(int workers) {
    ToyTraining training = training("0.9", "true", 2);
    TrainingState uninterrupted = training.run(training.start(), workers, Integer.MAX_VALUE);
    for (int rounds = 1; rounds < 12; rounds += 2) {
      TrainingState stopped = training.run(training.start(), workers, rounds);
      assertThat(training.run(stopped, workers, Integer.MAX_VALUE)).isEqualTo(uninterrupted);
    }
  }

  @Test
  void aRoundCanBeRepeated() {
    ToyTraining training = training("0.9", "false", 5);
    try (Worker worker = training.worker(0, 1)) {
      TrainingState start = training.start();
      worker.restore(start);
      RoundSummary first = worker.round(worker.next(), WorkerCollective.ALONE, () -> false);
      StateShare expected = worker.share(0, 1, true, Map.of());
      worker.restore(training.run(start, 1, 2));
      worker.round(worker.next(), WorkerCollective.ALONE, () -> false);
      worker.restore(start);
      RoundSummary again = worker.round(worker.next(), WorkerCollective.ALONE, () -> false);
      assertThat(worker.share(0, 1, true, Map.of()).parameters()).isEqualTo(expected.parameters());
      assertThat(again.counters().lossSum()).isEqualTo(first.counters().lossSum());
    }
  }

  @Test
  void theSharesOfTheStateAreAllOfIt() {
    ToyTraining training = training("0.9", "false", 5);
    try (Worker worker = training.worker(0, 1)) {
      TrainingState start = training.start();
      worker.restore(start);
      Round round = worker.next();
      worker.round(round, WorkerCollective.ALONE, () -> false);
      TrainingState whole = joined(worker, start, round, 1);
      assertThat(joined(worker, start, round, 3)).isEqualTo(whole);
      assertThat(joined(worker, start, round, 7)).isEqualTo(whole);
    }
  }

  private static TrainingState joined(Worker worker, TrainingState from, Round round, int of) {
    List<StateShare> shares = new ArrayList<>();
    for (int share = of - 1; share >= 0; share--) {
      shares.add(worker.share(share, of, true, Map.of(0, worker.method())));
    }
    return StateShare.join(
        shares, from, Optional.empty(), new Supervised(), round.to(), round.steps());
  }

  @Test
  void threadsAndBatchesAheadDoNotChangeTheResult() {
    ToyTraining plain = training("0.9", "false", 5);
    ToyTraining threaded =
        new ToyTraining(
            EXPERIMENT.formatted("0.9", "false", "0.9", 5) + "loading: {threads: 4, ahead: 5}",
            9,
            8,
            9);
    assertThat(threaded.run(threaded.start(), 2, Integer.MAX_VALUE))
        .isEqualTo(plain.run(plain.start(), 2, Integer.MAX_VALUE));
  }

  @Test
  void theImagesOfAGlobalStepDoNotDependOnTheNumberOfWorkers() {
    ToyTraining training = training("0.0", "false", 1);
    Rounds rounds = training.rounds();
    for (Cursor at = Cursor.START; !rounds.finished(at); at = rounds.after(at, 1)) {
      Map<String, Integer> one = images(training, at, 1);
      assertThat(images(training, at, 2)).isEqualTo(one);
      assertThat(images(training, at, 3)).isEqualTo(one);
      assertThat(images(training, at, 5)).isEqualTo(one);
    }
  }

  @Test
  void aStageBeginsWithAFreshOptimiserAndItsFreshHead() {
    ToyTraining training =
        new ToyTraining(
            """
            name: two stages
            model: {precision: float64}
            stages:
              - {name: first, epochs: 1, batch-size: 13}
              - {name: second, epochs: 1, batch-size: 26, reinitialize: head, optimizer: {type: sgd, lr: 0.0}}
            """,
            26);
    TrainingState end = training.run(training.start(), 1, Integer.MAX_VALUE);
    assertThat(end.parameters())
        .isEqualTo(FlatVector.zeros(end.parameters().type(), end.parameters().length()));
  }

  @Test
  void aLossThatIsNotFiniteStopsTheRunWithTheReason() {
    ToyTraining training =
        new ToyTraining(
            "name: toy\nmodel: {precision: float64}\nstages: [{name: only, epochs: 9, batch-size: 6, optimizer: {type: sgd, lr: 1.0e200}}]",
            26);
    assertThatThrownBy(() -> training.run(training.start(), 1, Integer.MAX_VALUE))
        .isInstanceOfSatisfying(
            LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DIVERGED))
        .hasMessageContaining("stage 'only', epoch 1/9, step ")
        .hasMessageContaining("1.0E200")
        .hasMessageContaining("after losses of ")
        .hasMessageContaining("stages.0.optimizer.lr");
  }

  @Test
  void anImageOfAnotherSizeIsNamed() {
    ToyTraining training = training("0.0", "false", 1);
    training.replaceImage(17, new RgbImage(5, 4, new byte[60]));
    assertThatThrownBy(() -> training.run(training.start(), 1, Integer.MAX_VALUE))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("toy 17: it has 4 x 5")
        .hasMessageContaining("5 x 4");
  }

  @Test
  void aRoundBeyondItsStageIsRefused() {
    ToyTraining training = training("0.0", "false", 1);
    try (Worker worker = training.worker(0, 1)) {
      worker.restore(training.start());
      Round beyond = new Round(Cursor.START, new Cursor(1, 0, 1), 13, Set.of());
      assertThatThrownBy(() -> worker.round(beyond, WorkerCollective.ALONE, () -> false))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static ToyTraining training(String momentum, String nesterov, int every) {
    return new ToyTraining(EXPERIMENT.formatted(momentum, nesterov, momentum, every), 9, 8, 9);
  }

  /** How often each augmented image comes in the global step at {@code at}. */
  private static Map<String, Integer> images(ToyTraining training, Cursor at, int workers) {
    Map<String, Integer> images = new TreeMap<>();
    for (int w = 0; w < workers; w++) {
      BatchSource source = training.source(w, workers);
      BatchSource.Draft draft = source.draft(at);
      int length = source.size().length();
      float[] pixels = new float[draft.length()];
      draft.fill(pixels, 0, draft.images());
      for (int i = 0; i < draft.images(); i++) {
        String image =
            draft.parts().get(0).rows()[i]
                + ":"
                + draft.parts().get(0).labels()[i]
                + Arrays.toString(Arrays.copyOfRange(pixels, i * length, (i + 1) * length));
        images.merge(image, 1, Integer::sum);
      }
    }
    return images;
  }

  private static void assertClose(FlatVector found, FlatVector expected) {
    assertThat(found.length()).isEqualTo(expected.length());
    for (int i = 0; i < expected.length(); i++) {
      assertThat(found.at(i)).isCloseTo(expected.at(i), within(1e-10));
    }
  }
}
