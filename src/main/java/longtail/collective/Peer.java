package longtail.collective;

import java.io.Serializable;
import java.util.List;

/**
 * A process that holds workers of a run.
 *
 * @param host where it listens
 * @param port where it listens
 * @param workers indices of its workers, ascending
 */
public record Peer(String host, int port, List<Integer> workers) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Copies the list into one that Java serialises. */
  public Peer {
    workers = List.copyOf(workers);
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
