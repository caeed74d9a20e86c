package longtail.spark.round;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import longtail.collective.Peer;
import longtail.collective.PeerSecret;
import longtail.spark.round.SegmentMessages.Join;
import longtail.spark.round.SegmentMessages.Place;
import longtail.spark.round.SegmentMessages.Placement;

/**
 * Which worker of a segment is where: the workers are dealt evenly over the tasks that are there,
 * and each goes where it was before as far as that is even.
 */
record WorkerPlacement(Map<Integer, Placement> ofTasks, Map<Integer, Place> ofWorkers) {
  /** Deals {@code workers} workers over the tasks that have joined. */
  static WorkerPlacement of(List<Join> joined, int workers, PeerSecret secret) {
    List<Join> tasks = new ArrayList<>(joined);
    tasks.sort(
        Comparator.comparing((Join join) -> join.place().process()).thenComparing(Join::task));
    List<List<Integer>> dealt = deal(tasks, workers);
    Map<String, List<Integer>> ofProcesses = new LinkedHashMap<>();
    Map<String, Place> places = new LinkedHashMap<>();
    Map<Integer, Place> ofWorkers = new TreeMap<>();
    for (int task = 0; task < tasks.size(); task++) {
      Place place = tasks.get(task).place();
      if (!dealt.get(task).isEmpty()) {
        places.put(place.process(), place);
        ofProcesses
            .computeIfAbsent(place.process(), process -> new ArrayList<>())
            .addAll(dealt.get(task));
        dealt.get(task).forEach(worker -> ofWorkers.put(worker, place));
      }
    }
    List<Peer> peers = new ArrayList<>();
    ofProcesses.forEach(
        (process, ofProcess) -> {
          Place place = places.get(process);
          peers.add(new Peer(place.host(), place.port(), ofProcess.stream().sorted().toList()));
        });
    List<String> processes = List.copyOf(ofProcesses.keySet());
    Map<Integer, Placement> ofTasks = new TreeMap<>();
    int shares = (int) dealt.stream().filter(mine -> !mine.isEmpty()).count();
    for (int task = 0; task < tasks.size(); task++) {
      List<Integer> mine = dealt.get(task);
      if (!mine.isEmpty()) {
        String process = tasks.get(task).place().process();
        ofTasks.put(
            tasks.get(task).task(),
            new Placement(
                peers,
                processes.indexOf(process),
                mine.stream().sorted().toList(),
                tasksOf(process, tasks, dealt),
                ofTasks.size(),
                shares,
                secret));
      }
    }
    return new WorkerPlacement(ofTasks, ofWorkers);
  }

  private static int tasksOf(String process, List<Join> tasks, List<List<Integer>> dealt) {
    int count = 0;
    for (int task = 0; task < tasks.size(); task++) {
      if (tasks.get(task).place().process().equals(process) && !dealt.get(task).isEmpty()) {
        count++;
      }
    }
    return count;
  }

  /** The workers of each task. */
  private static List<List<Integer>> deal(List<Join> tasks, int workers) {
    List<List<Integer>> dealt = new ArrayList<>();
    tasks.forEach(task -> dealt.add(new ArrayList<>()));
    int even = workers / tasks.size();
    int larger = workers % tasks.size();
    List<Integer> homeless = new ArrayList<>();
    for (int worker = 0; worker < workers; worker++) {
      int home = home(worker, tasks, dealt, even, larger);
      if (home < 0) {
        homeless.add(worker);
      } else {
        dealt.get(home).add(worker);
        larger -= dealt.get(home).size() > even ? 1 : 0;
      }
    }
    for (int worker : homeless) {
      int least = 0;
      for (int task = 1; task < dealt.size(); task++) {
        least = dealt.get(task).size() < dealt.get(least).size() ? task : least;
      }
      dealt.get(least).add(worker);
    }
    return dealt;
  }

  /** The emptiest task in the process that has the worker, if it may have one more. */
  private static int home(
      int worker, List<Join> tasks, List<List<Integer>> dealt, int even, int larger) {
    int home = -1;
    for (int task = 0; task < tasks.size(); task++) {
      int size = dealt.get(task).size();
      if (tasks.get(task).residents().contains(worker)
          && size < even + (larger > 0 ? 1 : 0)
          && (home < 0 || size < dealt.get(home).size())) {
        home = task;
      }
    }
    return home;
  }
}
