package longtail.dataset;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.storage.FileSystems;
import org.apache.hadoop.conf.Configuration;

/**
 * Text that people or their programs have written, line by line: UTF-8, or UTF-16 by its byte order
 * mark, gzip by the name. What is neither is refused, not read with signs replaced.
 */
public final class TextFile {
  private TextFile() {}

  /** Takes a line. */
  @FunctionalInterface
  public interface Lines {
    /**
     * Line {@code number}, from 1.
     *
     * @param text without the line's end
     */
    void line(int number, String text);
  }

  /**
   * Sends every line of {@code file} to {@code lines}.
   *
   * @throws LongTailException (DATA) if it cannot be read or is no text
   */
  public static void read(String file, Lines lines, Configuration conf) {
    try (BufferedReader reader = open(FileSystems.open(FileSystems.path(file), conf))) {
      int number = 0;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        number++;
        if (line.indexOf('\0') >= 0) {
          throw new IOException("line " + number + " is no text");
        }
        lines.line(number, line);
      }
    } catch (CharacterCodingException e) {
      throw unreadable(
          file, "it is not UTF-8 text; convert it, such as with iconv -f LATIN1 -t UTF-8", e);
    } catch (IOException e) {
      throw unreadable(file, e.getMessage(), e);
    }
  }

  private static LongTailException unreadable(String file, String reason, IOException cause) {
    return new LongTailException(ErrorCode.DATA, "Reading " + file + " failed: " + reason, cause);
  }

  private static BufferedReader open(InputStream raw) throws IOException {
    BufferedInputStream in = new BufferedInputStream(raw, 1 << 16);
    in.mark(3);
    byte[] start = in.readNBytes(3);
    in.reset();
    Charset charset = StandardCharsets.UTF_8;
    int mark = 0;
    if (startsWith(start, 0xEF, 0xBB, 0xBF)) {
      mark = 3;
    } else if (startsWith(start, 0xFE, 0xFF)) {
      charset = StandardCharsets.UTF_16BE;
      mark = 2;
    } else if (startsWith(start, 0xFF, 0xFE)) {
      charset = StandardCharsets.UTF_16LE;
      mark = 2;
    }
    in.skipNBytes(mark);
    return new BufferedReader(
        new InputStreamReader(
            in,
            charset
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)));
  }

  private static boolean startsWith(byte[] bytes, int... mark) {
    for (int i = 0; i < mark.length; i++) {
      if (i >= bytes.length || (bytes[i] & 0xFF) != mark[i]) {
        return false;
      }
    }
    return true;
  }
}
