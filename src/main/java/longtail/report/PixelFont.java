package longtail.report;

import java.util.HashMap;
import java.util.Map;

/** Capital letters, digits and a few marks on a grid of 5 by 7; other characters are blank. */
final class PixelFont {
  static final int WIDTH = 5;
  static final int HEIGHT = 7;
  static final int ADVANCE = WIDTH + 1;

  /** Each character followed by its rows from top to bottom, a row as five bits in hexadecimal. */
  private static final String GLYPHS =
      """
      0 0E 11 13 15 19 11 0E
      1 04 0C 04 04 04 04 0E
      2 0E 11 01 02 04 08 1F
      3 1F 02 04 02 01 11 0E
      4 02 06 0A 12 1F 02 02
      5 1F 10 1E 01 01 11 0E
      6 06 08 10 1E 11 11 0E
      7 1F 01 02 04 08 08 08
      8 0E 11 11 0E 11 11 0E
      9 0E 11 11 0F 01 02 0C
      A 0E 11 11 1F 11 11 11
      B 1E 11 11 1E 11 11 1E
      C 0E 11 10 10 10 11 0E
      D 1E 11 11 11 11 11 1E
      E 1F 10 10 1E 10 10 1F
      F 1F 10 10 1E 10 10 10
      G 0E 11 10 17 11 11 0F
      H 11 11 11 1F 11 11 11
      I 0E 04 04 04 04 04 0E
      J 07 02 02 02 02 12 0C
      K 11 12 14 18 14 12 11
      L 10 10 10 10 10 10 1F
      M 11 1B 15 15 11 11 11
      N 11 11 19 15 13 11 11
      O 0E 11 11 11 11 11 0E
      P 1E 11 11 1E 10 10 10
      Q 0E 11 11 11 15 12 0D
      R 1E 11 11 1E 14 12 11
      S 0F 10 10 0E 01 01 1E
      T 1F 04 04 04 04 04 04
      U 11 11 11 11 11 11 0E
      V 11 11 11 11 11 0A 04
      W 11 11 11 15 15 1B 11
      X 11 11 0A 04 0A 11 11
      Y 11 11 0A 04 04 04 04
      Z 1F 01 02 04 08 10 1F
      % 18 19 02 04 08 13 03
      , 00 00 00 00 0C 04 08
      . 00 00 00 00 00 0C 0C
      - 00 00 00 0E 00 00 00
      """;

  private static final Map<Character, int[]> ROWS = parse();

  private PixelFont() {}

  /** Whether the character has ink at this place. */
  static boolean ink(char character, int row, int column) {
    int[] rows = ROWS.get(Character.toUpperCase(character));
    return rows != null && (rows[row] >> (WIDTH - 1 - column) & 1) == 1;
  }

  private static Map<Character, int[]> parse() {
    Map<Character, int[]> glyphs = new HashMap<>();
    for (String line : GLYPHS.strip().split("\n", -1)) {
      int[] rows = new int[HEIGHT];
      for (int row = 0; row < HEIGHT; row++) {
        rows[row] = Integer.parseInt(line.substring(2 + 3 * row, 4 + 3 * row), 16);
      }
      glyphs.put(line.charAt(0), rows);
    }
    return glyphs;
  }
}
