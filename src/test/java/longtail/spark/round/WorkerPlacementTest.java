package longtail.spark.round;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import longtail.collective.Peer;
import longtail.collective.PeerSecret;
import longtail.spark.round.SegmentMessages.Join;
import longtail.spark.round.SegmentMessages.Place;
import longtail.spark.round.SegmentMessages.Placement;
import org.junit.jupiter.api.Test;

class WorkerPlacementTest {
  private static final PeerSecret SECRET = PeerSecret.random(false);

  private static Join task(int index, String process, Integer... residents) {
    return new Join("segment", index, new Place(process, process, "host", 7), List.of(residents));
  }

  private static List<List<Integer>> workers(WorkerPlacement placement) {
    return placement.ofTasks().values().stream().map(Placement::workers).toList();
  }

  @Test
  void workersAreDealtEvenlyAndEachOnce() {
    for (int tasks = 1; tasks <= 5; tasks++) {
      List<Join> joined = new ArrayList<>();
      for (int task = 0; task < tasks; task++) {
        joined.add(task(task, "process " + task % 2));
      }
      WorkerPlacement placement = WorkerPlacement.of(joined, 7, SECRET);
      assertThat(workers(placement).stream().flatMap(List::stream))
          .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 7).boxed().toList());
      int least = 7 / tasks;
      assertThat(workers(placement))
          .allSatisfy(mine -> assertThat(mine).hasSizeBetween(least, least + 1));
    }
  }

  @Test
  void aWorkerStaysInItsProcess() {
    List<Join> joined = List.of(task(0, "b", 0, 2), task(1, "a", 1, 3));
    WorkerPlacement placement = WorkerPlacement.of(joined, 4, SECRET);
    assertThat(placement.ofTasks().get(0).workers()).containsExactly(0, 2);
    assertThat(placement.ofTasks().get(1).workers()).containsExactly(1, 3);
  }

  @Test
  void aProcessThatJoinsGetsItsPart() {
    List<Join> joined = List.of(task(0, "a", 0, 1, 2, 3), task(1, "b"));
    assertThat(workers(WorkerPlacement.of(joined, 4, SECRET)))
        .containsExactly(List.of(0, 1), List.of(2, 3));
  }

  @Test
  void moreTasksThanWorkersLeaveSomeWithout() {
    List<Join> joined = List.of(task(0, "a"), task(1, "a"), task(2, "b"));
    WorkerPlacement placement = WorkerPlacement.of(joined, 2, SECRET);
    assertThat(placement.ofTasks()).hasSize(2);
    assertThat(placement.ofTasks().values())
        .allSatisfy(task -> assertThat(task.shares()).isEqualTo(2));
  }

  @Test
  void tasksOfAProcessAreOnePeer() {
    List<Join> joined = List.of(task(0, "a"), task(1, "b"), task(2, "a"));
    WorkerPlacement placement = WorkerPlacement.of(joined, 3, SECRET);
    Placement first = placement.ofTasks().get(0);
    assertThat(first.peers()).hasSize(2);
    assertThat(first.tasksOfProcess()).isEqualTo(2);
    Peer own = first.peers().get(first.rank());
    assertThat(own.workers()).containsAll(first.workers()).hasSize(2);
    assertThat(placement.ofTasks().get(2).rank()).isEqualTo(first.rank());
    assertThat(placement.ofTasks().values().stream().map(Placement::share).sorted())
        .containsExactly(0, 1, 2);
  }
}
