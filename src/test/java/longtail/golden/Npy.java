package longtail.golden;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reader of NumPy's {@code .npy} files, versions 1 to 3, in C order. */
public final class Npy {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final Set<String> TYPES = Set.of("f8", "f4", "i8", "i4", "u1", "b1");
  private static final Pattern DESCRIPTION = Pattern.compile("'descr':\\s*'([<>|=])(\\w+)'");
  private static final Pattern FORTRAN = Pattern.compile("'fortran_order':\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape':\\s*\\(([^)]*)\\)");

  private Npy() {}

  /** Decodes one file; anything but a little-endian C-ordered numeric array is an error. */
  public static Tensor read(byte[] file) {
    if (file.length < 12 || !Arrays.equals(file, 0, 6, MAGIC, 0, 6)) {
      throw new IllegalArgumentException("not an .npy file");
    }
    ByteBuffer buffer = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    boolean shortLength = file[6] == 1;
    int headerLength = shortLength ? buffer.getShort(8) & 0xFFFF : buffer.getInt(8);
    int headerStart = shortLength ? 10 : 12;
    String header = new String(file, headerStart, headerLength, StandardCharsets.UTF_8);
    Matcher description = find(DESCRIPTION, header);
    String type = description.group(2);
    if (description.group(1).equals(">") || !TYPES.contains(type)) {
      throw new IllegalArgumentException("unsupported element type in " + header);
    }
    if (find(FORTRAN, header).group(1).equals("True")) {
      throw new IllegalArgumentException("unsupported Fortran order in " + header);
    }
    long[] shape =
        Pattern.compile(",")
            .splitAsStream(find(SHAPE, header).group(1))
            .map(String::strip)
            .filter(extent -> !extent.isEmpty())
            .mapToLong(Long::parseLong)
            .toArray();
    ByteBuffer data =
        buffer
            .slice(headerStart + headerLength, file.length - headerStart - headerLength)
            .order(ByteOrder.LITTLE_ENDIAN);
    Tensor tensor = new Tensor(type, shape, data);
    int width = Character.digit(type.charAt(1), 10);
    if (data.capacity() != (long) tensor.length() * width) {
      throw new IllegalArgumentException(
          "%d bytes of data do not fill %s".formatted(data.capacity(), header.strip()));
    }
    return tensor;
  }

  private static Matcher find(Pattern pattern, String header) {
    Matcher matcher = pattern.matcher(header);
    if (!matcher.find()) {
      throw new IllegalArgumentException("no " + pattern + " in the header " + header);
    }
    return matcher;
  }
}
