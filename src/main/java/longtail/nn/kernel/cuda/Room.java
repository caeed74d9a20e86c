package longtail.nn.kernel.cuda;

/**
 * Memory of a device that grows to the most that was ever asked for; its content is for one use.
 */
public final class Room implements AutoCloseable {
  private final Device device;
  private long address;
  private long size;

  /** An empty one. */
  public Room(Device device) {
    this.device = device;
  }

  /** The address of at least {@code bytes} bytes, the same as before if they are not more. */
  public long address(long bytes) {
    if (bytes > size) {
      device.free(address);
      address = 0; // in case there is not so much
      address = device.allocate(bytes);
      size = bytes;
    }
    return address;
  }

  @Override
  public void close() {
    device.free(address);
    address = 0;
    size = 0;
  }
}
