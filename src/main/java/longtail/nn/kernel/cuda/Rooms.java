package longtail.nn.kernel.cuda;

/**
 * Memory that the kernels of one set share, each content for one operation.
 *
 * @param sums sums of slabs
 * @param weights packed weights, or their gradient
 * @param maps an input with more channels, or its gradient
 * @param results an output that something is still added to
 */
public record Rooms(Room sums, Room weights, Room maps, Room results) implements AutoCloseable {
  /** Empty ones. */
  public static Rooms of(Device device) {
    return new Rooms(new Room(device), new Room(device), new Room(device), new Room(device));
  }

  @Override
  public void close() {
    sums.close();
    weights.close();
    maps.close();
    results.close();
  }
}
