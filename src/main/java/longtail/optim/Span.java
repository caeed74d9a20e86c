package longtail.optim;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A contiguous part of the flat parameter vector.
 *
 * @param offset of its first element
 * @param length number of elements
 */
public record Span(long offset, long length) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Checks that neither is negative. */
  public Span {
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException(
          "offset and length must not be negative, were " + offset + " and " + length);
    }
  }

  /** Index after the last element. */
  public long end() {
    return offset + length;
  }

  /** Whether {@code other} lies within this part. */
  public boolean contains(Span other) {
    return offset <= other.offset && other.end() <= end();
  }

  /** First element and the one behind the last of each of {@code parts}, part by part. */
  static long[] bounds(List<Span> parts) {
    return parts.stream().flatMapToLong(part -> LongStream.of(part.offset, part.end())).toArray();
  }

  /** What {@code parts}, which ascend, leave of a vector of {@code length} elements. */
  public static List<Span> between(List<Span> parts, long length) {
    List<Span> others = new ArrayList<>();
    long from = 0;
    for (Span part : parts) {
      others.add(new Span(from, part.offset() - from));
      from = part.end();
    }
    others.add(new Span(from, length - from));
    return others.stream().filter(span -> span.length() > 0).toList();
  }

  /** The same parts in ascending order, neighbours joined to one. */
  public static List<Span> joined(Collection<Span> parts) {
    List<Span> spans = new ArrayList<>();
    for (Span part : parts.stream().sorted(Comparator.comparingLong(Span::offset)).toList()) {
      Span last = spans.isEmpty() ? null : spans.get(spans.size() - 1);
      if (last != null && last.end() == part.offset()) {
        spans.set(spans.size() - 1, new Span(last.offset(), last.length() + part.length()));
      } else {
        spans.add(part);
      }
    }
    return spans;
  }
}
