package longtail.dataset.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import longtail.LongTailException;

/** The typed fields of one JSON record, with errors that name its place. */
final class JsonFields {
  private static final int LONGEST_NUMBER = 40;

  private final AnnotationCollector collector;
  private final String place;
  private final JsonNode record;

  JsonFields(AnnotationCollector collector, String place, JsonNode record) {
    this.collector = collector;
    this.place = place;
    this.record = record;
  }

  /** An identifier: text, or a whole number as its digits, so that 3, 3.0 and "3" are the same. */
  String id(String name) {
    JsonNode value = required(name);
    if (value.isTextual()) {
      return value.textValue();
    }
    return whole(name, "a whole number or text").toString();
  }

  /** As {@link #id}, or {@code absent} where the field is missing. */
  String idOr(String name, String absent) {
    return record.hasNonNull(name) ? id(name) : absent;
  }

  String text(String name) {
    JsonNode value = required(name);
    if (!value.isTextual()) {
      throw collector.bad(place, "'" + name + "' must be text, was " + value);
    }
    return value.textValue();
  }

  /** A length in pixels, 0 where the field is missing, null or NaN. */
  int pixels(String name) {
    JsonNode value = record.get(name);
    if (value == null || value.isNull() || (value.isDouble() && !finite(value))) {
      return 0;
    }
    BigInteger pixels = whole(name, "a whole number");
    if (pixels.bitLength() > 31) {
      throw collector.bad(place, "'" + name + "' cannot be a length in pixels, was " + pixels);
    }
    return pixels.intValue();
  }

  /**
   * The area of a COCO box {@code [x, y, width, height]}, else what {@code area} says, else NaN.
   */
  double boxArea() {
    JsonNode box = record.get("bbox");
    if (box != null && box.size() == 4 && box.get(2).isNumber() && box.get(3).isNumber()) {
      return box.get(2).doubleValue() * box.get(3).doubleValue();
    }
    JsonNode area = record.get("area");
    return area != null && area.isNumber() ? area.doubleValue() : Double.NaN;
  }

  private BigInteger whole(String name, String expected) {
    JsonNode value = required(name);
    try {
      if (value.isTextual() && value.textValue().length() < LONGEST_NUMBER) {
        return new BigInteger(value.textValue().strip());
      }
      if (value.isIntegralNumber()) {
        return value.bigIntegerValue();
      }
      if (value.isNumber() && finite(value)) {
        return value.decimalValue().toBigIntegerExact();
      }
    } catch (ArithmeticException | NumberFormatException e) {
      throw collector.bad(place, "'" + name + "' must be " + expected + ", was " + value);
    }
    throw collector.bad(place, "'" + name + "' must be " + expected + ", was " + value);
  }

  private static boolean finite(JsonNode value) {
    return Double.isFinite(value.doubleValue());
  }

  LongTailException bad(String reason) {
    return collector.bad(place, reason);
  }

  private JsonNode required(String name) {
    JsonNode value = record.get(name);
    if (value == null || value.isNull()) {
      throw collector.bad(place, "'" + name + "' is missing");
    }
    return value;
  }
}
