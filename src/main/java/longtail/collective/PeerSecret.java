package longtail.collective;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What the processes of one group know and nobody else: it must reach them over a channel that is
 * as safe as the group is to be.
 *
 * @param group name of the group, which is no secret
 * @param key 32 random bytes
 * @param encrypts whether what they send is encrypted
 */
public record PeerSecret(UUID group, byte[] key, boolean encrypts) implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String HMAC = "HmacSHA256";

  /** Length of a proof in bytes. */
  static final int PROOF = 32;

  /** A secret of a new group. */
  public static PeerSecret random(boolean encrypts) {
    return new PeerSecret(UUID.randomUUID(), nonce(32), encrypts);
  }

  /** {@code length} random bytes. */
  static byte[] nonce(int length) {
    byte[] bytes = new byte[length];
    RANDOM.nextBytes(bytes);
    return bytes;
  }

  /** Proof of knowing the secret, for the {@code role} in the conversation that {@code said} is. */
  byte[] proof(String role, byte[] said) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(key, HMAC));
      mac.update(role.getBytes(StandardCharsets.UTF_8));
      return mac.doFinal(said);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + HMAC, e);
    }
  }

  /** The AES key of the bytes that {@code role} sends in the conversation {@code said}. */
  SecretKeySpec aesKey(String role, byte[] said) {
    return new SecretKeySpec(Arrays.copyOf(proof("key of " + role, said), 16), "AES");
  }

  /** The group's name as 16 bytes. */
  byte[] groupBytes() {
    return ByteBuffer.allocate(16)
        .putLong(group.getMostSignificantBits())
        .putLong(group.getLeastSignificantBits())
        .array();
  }

  @Override
  public String toString() {
    return "PeerSecret(" + group + ")";
  }
}
