package longtail.dataset.format;

import com.fasterxml.jackson.databind.JsonNode;
import longtail.LongTailException;

/** The typed fields of one JSON record, with errors that name its place. */
final class JsonFields {
  private final AnnotationCollector collector;
  private final String place;
  private final JsonNode record;

  JsonFields(AnnotationCollector collector, String place, JsonNode record) {
    this.collector = collector;
    this.place = place;
    this.record = record;
  }

  /** An identifier: text, or a number as its digits. */
  String id(String name) {
    JsonNode value = required(name);
    if (!value.isTextual() && !value.isIntegralNumber()) {
      throw collector.bad(place, "'" + name + "' must be a whole number or text, was " + value);
    }
    return value.asText();
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

  int number(String name) {
    JsonNode value = required(name);
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw collector.bad(place, "'" + name + "' must be a whole number, was " + value);
    }
    return value.intValue();
  }

  /** A length in pixels, 0 where the field is missing or null. */
  int pixels(String name) {
    return record.hasNonNull(name) ? number(name) : 0;
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
