package longtail.train.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import longtail.LongTailException;
import longtail.train.experiment.Round.Due;
import org.junit.jupiter.api.Test;

class RoundsTest {
  @Test
  void roundsHaveTheirStepsAndCrossEpochsWhereNothingIsDue() {
    Rounds rounds =
        rounds(
            "averaging: {every: 4}\nevaluation: {every-epochs: 3}\ncheckpoints: {every-epochs: 3}",
            6,
            10);
    // 3 epochs of 10 steps, then 3 more; 6 epochs in all
    List<Round> all = all(rounds);
    assertThat(all)
        .extracting(Round::steps)
        .containsExactly(4, 4, 4, 4, 4, 4, 4, 2, 4, 4, 4, 4, 4, 4, 4, 2);
    assertThat(all.get(2).to()).isEqualTo(new Cursor(0, 1, 2));
    assertThat(all.get(7).due()).containsExactlyInAnyOrder(Due.EVALUATION, Due.CHECKPOINT);
    assertThat(all.get(6).due()).isEmpty();
  }

  @Test
  void everyStageEndsWithARoundAnEvaluationAndACheckpoint() {
    Rounds rounds =
        Rounds.of(
            Experiment.parse(
                """
                name: two
                stages:
                  - {name: first, epochs: 2, batch-size: 10}
                  - {name: second, epochs: 1, batch-size: 25}
                averaging: {every: 100}
                evaluation: {every-epochs: 50}
                checkpoints: {every-epochs: 50}
                """,
                "test",
                List.of()),
            50);
    List<Round> all = all(rounds);
    assertThat(all).extracting(Round::steps).containsExactly(10, 2);
    assertThat(all)
        .allSatisfy(round -> assertThat(round.due()).hasSize(2))
        .allMatch(Round::endsStage);
    assertThat(rounds.totalSteps()).isEqualTo(12);
  }

  @Test
  void validationsWithinAnEpochComeAtTheRoundThatReachesThemAndCutNone() {
    Rounds without = rounds("averaging: {every: 3}", 1, 20);
    Rounds rounds = rounds("averaging: {every: 3}\nevaluation: {every-steps: 7}", 1, 20);
    assertThat(all(rounds).stream().filter(r -> r.due().contains(Due.EVALUATION)).map(Round::to))
        .containsExactly(new Cursor(0, 0, 9), new Cursor(0, 0, 15), new Cursor(1, 0, 0));
    assertThat(all(rounds))
        .extracting(Round::to)
        .isEqualTo(all(without).stream().map(Round::to).toList());
  }

  @Test
  void checkpointsWithinAnEpochComeAtTheRoundThatReachesThem() {
    Rounds rounds = rounds("averaging: {every: 3}\ncheckpoints: {every-steps: 7}", 1, 20);
    assertThat(all(rounds).stream().filter(r -> r.due().contains(Due.CHECKPOINT)).map(Round::to))
        .containsExactly(new Cursor(0, 0, 9), new Cursor(0, 0, 15), new Cursor(1, 0, 0));
  }

  @Test
  void theCalendarIsTheSameFromAnyOfItsRounds() {
    Rounds rounds = rounds("averaging: {every: 4}", 3, 10);
    List<Round> all = all(rounds);
    for (Round round : all) {
      assertThat(rounds.next(round.from())).isEqualTo(round);
      assertThat(rounds.after(Cursor.START, rounds.stepsBefore(round.to()))).isEqualTo(round.to());
    }
  }

  @Test
  void aBatchLargerThanTheDatasetIsRefused() {
    assertThatThrownBy(() -> rounds("", 1, 0))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("stages.0.batch-size");
  }

  private static Rounds rounds(String settings, int epochs, int stepsPerEpoch) {
    return Rounds.of(
        Experiment.parse(
            "name: test\nstages: [{epochs: %d, batch-size: 10}]\n%s".formatted(epochs, settings),
            "test",
            List.of()),
        10 * stepsPerEpoch + 5);
  }

  private static List<Round> all(Rounds rounds) {
    List<Round> all = new ArrayList<>();
    for (Cursor at = Cursor.START; !rounds.finished(at); at = all.get(all.size() - 1).to()) {
      all.add(rounds.next(at));
    }
    return all;
  }
}
