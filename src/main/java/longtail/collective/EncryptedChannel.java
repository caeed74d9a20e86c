package longtail.collective;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A connection whose bytes travel in frames of AES in Galois/Counter Mode: {@code length (4 bytes),
 * encrypted bytes, tag (16 bytes)}. Each direction has a key of its own, used for this connection
 * only, and numbers its frames, so that none can be changed, dropped, repeated or reordered.
 */
final class EncryptedChannel extends PeerChannel {
  private static final int FRAME = 128 << 10;
  private static final int TAG = 16;
  private static final int NONCE = 12;

  private final SecretKeySpec writing;
  private final SecretKeySpec reading;
  private final Cipher encryption;
  private final Cipher decryption;
  private final ByteBuffer outgoing = ByteBuffer.allocateDirect(Integer.BYTES + FRAME + TAG);
  private final ByteBuffer incoming = ByteBuffer.allocateDirect(FRAME + TAG);
  private final ByteBuffer header = ByteBuffer.allocateDirect(Integer.BYTES);
  private final ByteBuffer plain = ByteBuffer.allocateDirect(FRAME).limit(0);
  private long framesWritten;
  private long framesRead;

  EncryptedChannel(SocketChannel socket, SecretKeySpec writing, SecretKeySpec reading) {
    super(socket);
    this.writing = writing;
    this.reading = reading;
    try {
      encryption = Cipher.getInstance("AES/GCM/NoPadding");
      decryption = Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has AES/GCM/NoPadding", e);
    }
  }

  @Override
  void write(ByteBuffer bytes) throws IOException {
    int end = bytes.limit();
    while (bytes.position() < end) {
      bytes.limit(Math.min(end, bytes.position() + FRAME));
      outgoing.clear().putInt(bytes.remaining() + TAG);
      try {
        encryption.init(Cipher.ENCRYPT_MODE, writing, nonce(framesWritten++));
        encryption.doFinal(bytes, outgoing);
      } catch (GeneralSecurityException e) {
        throw new IOException("cannot encrypt a frame", e);
      }
      super.write(outgoing.flip());
      bytes.limit(end);
    }
  }

  @Override
  void read(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      if (!plain.hasRemaining()) {
        readFrame();
      }
      int n = Math.min(plain.remaining(), bytes.remaining());
      int end = plain.limit();
      bytes.put(plain.limit(plain.position() + n));
      plain.limit(end);
    }
  }

  private void readFrame() throws IOException {
    super.read(header.clear());
    int length = header.getInt(0);
    if (length < TAG || length > FRAME + TAG) {
      throw new IOException("a frame of %d bytes is none of ours".formatted(length));
    }
    super.read(incoming.clear().limit(length));
    try {
      decryption.init(Cipher.DECRYPT_MODE, reading, nonce(framesRead++));
      decryption.doFinal(incoming.flip(), plain.clear());
    } catch (GeneralSecurityException e) {
      throw new IOException("a frame was changed on its way", e);
    }
    plain.flip();
  }

  private static GCMParameterSpec nonce(long frame) {
    return new GCMParameterSpec(
        8 * TAG, ByteBuffer.allocate(NONCE).putInt(0).putLong(frame).array());
  }
}
