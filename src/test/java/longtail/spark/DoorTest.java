package longtail.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DoorTest {
  private static final String HOST = "127.0.0.1";
  private static final int PATIENCE = 20_000;
  private static final UUID SECRET = UUID.randomUUID();

  private static Socket calling(Door door) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), door.port());
  }

  private static Connection calling(Door door, UUID secret, int rank) throws IOException {
    return Connection.greeting(calling(door), secret, rank, PATIENCE);
  }

  @Test
  void strangersAreHungUpOnAndHoldUpNobody() throws IOException {
    try (Door door = Door.open(HOST, PATIENCE);
        Socket silent = calling(door);
        Socket hasty = calling(door);
        Connection ignorant = calling(door, UUID.randomUUID(), 2);
        Connection second = calling(door, SECRET, 2);
        Connection impossible = calling(door, SECRET, 7);
        Connection first = calling(door, SECRET, 1)) {
      hasty.getOutputStream().write(new byte[] {1, 2, 3});
      hasty.shutdownOutput();

      Connection[] peers = new Connection[3];
      door.admit(SECRET, 0, peers);

      assertThat(peers[0]).isNull();
      second.send(new double[] {2, 4}, 0, 2);
      assertThat(peers[2].receive(2)).containsExactly(2, 4);
      peers[1].send(new double[] {1}, 0, 1);
      assertThat(first.receive(1)).containsExactly(1);
      assertThatThrownBy(() -> ignorant.receive(1)).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> impossible.receive(1)).isInstanceOf(IOException.class);
      // the end of the stream comes when the door has waited long enough for a greeting
      silent.setSoTimeout(PATIENCE);
      assertThat(silent.getInputStream().read()).isEqualTo(-1);
      peers[1].close();
      peers[2].close();
    }
  }

  @Test
  void aWorkerThatDoesNotCallIsMissed() throws IOException {
    try (Door door = Door.open(HOST, 200);
        Connection first = calling(door, SECRET, 1)) {
      assertThat(first).isNotNull();
      assertThatThrownBy(() -> door.admit(SECRET, 0, new Connection[3]))
          .hasMessageContaining("1 of 3 workers");
    }
  }
}
