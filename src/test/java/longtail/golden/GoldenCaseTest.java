package longtail.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class GoldenCaseTest {
  @Test
  void scalarsHaveNoShapeOrOneElement() {
    assertThat(npy("'<f8'", "", 8).scalar()).isZero();
    assertThat(npy("'<f4'", "1,", 4).scalar()).isZero();
    assertThat(npy("'<f4'", "1,", 4).shape()).containsExactly(1);
  }

  @Test
  void everyElementTypeIsRead() {
    assertThat(npy("'<i8'", "2, 3", 48).longs()).hasSize(6).containsOnly(0);
    assertThat(npy("'<i4'", "3,", 12).ints()).hasSize(3);
    assertThat(npy("'|u1'", "3,", 3).bytes()).hasSize(3);
    assertThat(npy("'|b1'", "2, 2", 4).values()).containsOnly(0);
    assertThat(npy("'<f8'", "0,", 0).values()).isEmpty();
  }

  @Test
  void otherLayoutsAreRefused() {
    assertThatThrownBy(() -> npy("'>f8'", "1,", 8)).hasMessageContaining("element type");
    assertThatThrownBy(() -> npy("'<c16'", "1,", 16)).hasMessageContaining("element type");
    assertThatThrownBy(() -> npy("'<f8'", "2,", 8)).hasMessageContaining("do not fill");
    assertThatThrownBy(() -> Npy.read(new byte[20])).hasMessageContaining("not an .npy file");
  }

  @Test
  void theAllowedDeviationFollowsTheRuleOfTheSeed() {
    double[] want = {0, -9};
    assertThat(Seed.BOT.allowed(want, 0.5)).containsExactly(4.5, 4.5);
    assertThat(Seed.GLMC.allowed(want, 0.5)).containsExactly(0.5, 5);
    assertThat(Seed.BALMS.allowed(want, 0)).containsOnly(0);
  }

  @Test
  void aPatternIsANameOrABeginning() {
    assertThat(Wildcard.matches("loss_ce_*", "loss_ce_mix")).isTrue();
    assertThat(Wildcard.matches("loss_ce_*", "loss_cels_mix")).isFalse();
    assertThat(Wildcard.matches("loss_ce", "loss_ce_mix")).isFalse();
  }

  private static Tensor npy(String type, String shape, int bytes) {
    String header =
        "{'descr': %s, 'fortran_order': False, 'shape': (%s), }\n".formatted(type, shape);
    ByteBuffer file =
        ByteBuffer.allocate(10 + header.length() + bytes).order(ByteOrder.LITTLE_ENDIAN);
    file.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    file.put((byte) 1).put((byte) 0).putShort((short) header.length());
    file.put(header.getBytes(StandardCharsets.US_ASCII));
    return Npy.read(file.array());
  }
}
