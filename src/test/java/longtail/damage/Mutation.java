package longtail.damage;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** A change of a file as disks, networks and people who mean harm make it. */
enum Mutation {
  /** A few bits are others. */
  FLIPPED_BITS {
    @Override
    byte[] of(byte[] file, SplittableRandom random) {
      byte[] changed = file.clone();
      for (int i = random.nextInt(1, 9); i > 0 && changed.length > 0; i--) {
        changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
      }
      return changed;
    }
  },
  /** The end is missing. */
  CUT_OFF {
    @Override
    byte[] of(byte[] file, SplittableRandom random) {
      return Arrays.copyOf(file, random.nextInt(file.length));
    }
  },
  /** A piece is zeros, as after a crash of a file system. */
  ZEROED {
    @Override
    byte[] of(byte[] file, SplittableRandom random) {
      byte[] changed = file.clone();
      int from = random.nextInt(file.length);
      Arrays.fill(changed, from, Math.min(file.length, from + random.nextInt(1, 512)), (byte) 0);
      return changed;
    }
  },
  /** A piece is missing, or stands there twice. */
  SHIFTED {
    @Override
    byte[] of(byte[] file, SplittableRandom random) {
      int from = random.nextInt(file.length);
      int to = Math.min(file.length, from + random.nextInt(1, 64));
      ByteArrayOutputStream changed = new ByteArrayOutputStream();
      boolean twice = random.nextBoolean();
      changed.write(file, 0, twice ? to : from);
      changed.write(file, twice ? from : to, file.length - (twice ? from : to));
      return changed.toByteArray();
    }
  },
  /** A number of 16 to 64 bits claims the most, the least, or a little below zero. */
  CLAIM {
    @Override
    byte[] of(byte[] file, SplittableRandom random) {
      byte[] changed = Arrays.copyOf(file, Math.max(file.length, Long.BYTES));
      int width = 2 << random.nextInt(3);
      long most = -1L >>> (Long.SIZE - Byte.SIZE * width + 1);
      long[] claims = {most, -1, most + 1, most - 7, 1L << (Byte.SIZE * width - 4), 0};
      long claim = claims[random.nextInt(claims.length)];
      ByteBuffer number = ByteBuffer.allocate(Long.BYTES);
      boolean little = random.nextBoolean();
      number.order(little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN).putLong(claim);
      int at = random.nextInt(changed.length - width + 1);
      System.arraycopy(number.array(), little ? 0 : Long.BYTES - width, changed, at, width);
      return changed;
    }
  },
  /** A number in text is another, or a word is null. */
  ABSURD_TEXT {
    @Override
    byte[] of(byte[] file, SplittableRandom random) {
      String text = new String(file, StandardCharsets.ISO_8859_1);
      List<MatchResult> words = WORD.matcher(text).results().toList();
      if (words.isEmpty()) {
        return FLIPPED_BITS.of(file, random);
      }
      MatchResult word = words.get(random.nextInt(words.size()));
      String other = ABSURD.get(random.nextInt(ABSURD.size()));
      return (text.substring(0, word.start()) + other + text.substring(word.end()))
          .getBytes(StandardCharsets.ISO_8859_1);
    }
  };

  private static final Pattern WORD = Pattern.compile("-?[0-9][0-9.e]*|[A-Za-z_-]{3,}|\"[^\"]*\"");

  private static final List<String> ABSURD =
      List.of(
          "null",
          "-1",
          "2147483647",
          "2147483648",
          "-9223372036854775808",
          "1e999",
          "0",
          "NaN",
          "\"\"",
          "[]",
          "{}",
          "true",
          "\"../../../../etc/passwd\"",
          "[[[[[[[[[[",
          "}");

  /** The changed file; {@code file} itself, which is not empty, stays. */
  abstract byte[] of(byte[] file, SplittableRandom random);
}
