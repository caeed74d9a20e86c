package longtail.collective;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Groups that stand for processes, connected over loopback, with each worker on a thread. */
final class Processes implements AutoCloseable {
  private final List<PeerListener> listeners = new ArrayList<>();
  private final List<PeerGroup> groups = new ArrayList<>();
  private final List<List<Integer>> workers;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  /** What a worker does. */
  interface Work<T> {
    T of(int worker, WorkerCollective together) throws Exception;
  }

  /** Connects processes with these workers. */
  Processes(boolean encrypted, List<List<Integer>> workers) throws Exception {
    this.workers = workers;
    List<Peer> peers = new ArrayList<>();
    for (List<Integer> ofProcess : workers) {
      PeerListener listener = PeerListener.open("127.0.0.1", 0, 1);
      listeners.add(listener);
      peers.add(new Peer(listener.host(), listener.port(), ofProcess));
    }
    PeerSecret secret = PeerSecret.random(encrypted);
    List<Future<PeerGroup>> connecting = new ArrayList<>();
    for (int rank = 0; rank < peers.size(); rank++) {
      int mine = rank;
      connecting.add(
          threads.submit(
              () ->
                  PeerGroup.connect(
                      peers, mine, workers.get(mine).size(), secret, listeners.get(mine))));
    }
    for (Future<PeerGroup> group : connecting) {
      groups.add(group.get());
    }
  }

  PeerGroup group(int rank) {
    return groups.get(rank);
  }

  /** The results of all workers, in their order. */
  <T> List<T> all(Work<T> work) throws Exception {
    List<Future<T>> running = new ArrayList<>();
    int count = workers.stream().mapToInt(List::size).sum();
    for (int worker = 0; worker < count; worker++) {
      running.add(start(worker, work));
    }
    List<T> results = new ArrayList<>();
    for (Future<T> result : running) {
      try {
        results.add(result.get());
      } catch (ExecutionException e) {
        throw e.getCause() instanceof Exception failure ? failure : e;
      }
    }
    return results;
  }

  /** Starts the work of one worker. */
  <T> Future<T> start(int worker, Work<T> work) {
    for (int rank = 0; rank < workers.size(); rank++) {
      if (workers.get(rank).contains(worker)) {
        WorkerCollective together = groups.get(rank).worker(worker);
        return threads.submit(() -> work.of(worker, together));
      }
    }
    throw new IllegalArgumentException("no worker " + worker);
  }

  @Override
  public void close() throws IOException {
    groups.forEach(PeerGroup::close);
    listeners.forEach(PeerListener::close);
    threads.shutdownNow();
  }
}
