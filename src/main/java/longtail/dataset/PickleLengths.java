package longtail.dataset;

import java.io.IOException;
import java.io.InputStream;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.PickleException;

/**
 * Holds the lengths of text, bytes and numbers that a Python pickle claims against what is left of
 * it, before a reader takes memory for them.
 */
public final class PickleLengths {
  private PickleLengths() {}

  /**
   * Looks at what follows the opcode {@code key}.
   *
   * @param input of which {@link InputStream#available} says all that is left; stays where it is
   * @throws PickleException if what follows claims to be longer
   */
  public static void require(short key, InputStream input) throws IOException {
    int width =
        switch (key) {
          case Opcodes.BINUNICODE, Opcodes.BINBYTES, Opcodes.BINSTRING, Opcodes.LONG4 ->
              Integer.BYTES;
          case Opcodes.BINUNICODE8, Opcodes.BINBYTES8, Opcodes.BYTEARRAY8 -> Long.BYTES;
          default -> 0;
        };
    if (width == 0) {
      return;
    }
    input.mark(width);
    long length = 0;
    for (int i = 0; i < width; i++) {
      length |= (input.read() & 0xFFL) << (Byte.SIZE * i);
    }
    int left = input.available();
    input.reset();
    if (length < 0 || length > left) {
      throw new PickleException("it claims %d bytes where it has %d".formatted(length, left));
    }
  }
}
