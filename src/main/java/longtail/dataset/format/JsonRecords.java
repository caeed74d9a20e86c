package longtail.dataset.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.storage.FileSystems;
import org.apache.hadoop.conf.Configuration;

/** Streams the records of a large JSON object: one small tree per record, never the whole file. */
final class JsonRecords {
  /** Python's {@code json} writes NaN and Infinity; they matter only where a number is used. */
  private static final JsonFactory FACTORY =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build().getFactory();

  /** Receives what the file holds, in its order. */
  interface Visitor {
    /** Element {@code index} of the array {@code array}. */
    void record(String array, int index, JsonNode record);

    /** A field of the object that is not one of the arrays. */
    void field(String name, JsonNode value);
  }

  private final String file;
  private final Set<String> arrays;
  private final Set<String> seen = new HashSet<>();

  private JsonRecords(String file, Set<String> arrays) {
    this.file = file;
    this.arrays = arrays;
  }

  /**
   * Reads {@code file}. Of its fields those in {@code arrays} are streamed element by element,
   * scalars are passed to {@link Visitor#field}, everything else is skipped. A file that is a bare
   * array is taken as the array {@code annotations}.
   */
  static void stream(String file, Set<String> arrays, Visitor visitor, Configuration conf) {
    try (JsonParser parser = FACTORY.createParser(FileSystems.open(FileSystems.path(file), conf))) {
      new JsonRecords(file, arrays).document(parser, visitor);
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      throw new LongTailException(
          ErrorCode.DATA,
          "Reading "
              + file
              + (at == null ? "" : ", line " + at.getLineNr() + ", column " + at.getColumnNr())
              + ": not valid JSON: "
              + e.getOriginalMessage(),
          e);
    } catch (IOException e) {
      throw AnnotationCollector.unreadable(file, e);
    }
  }

  private void document(JsonParser parser, Visitor visitor) throws IOException {
    JsonToken first = parser.nextToken();
    if (first == JsonToken.START_ARRAY) {
      array(parser, "annotations", visitor);
    } else if (first == JsonToken.START_OBJECT) {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        field(parser, visitor);
      }
    } else {
      throw expected(parser, "an object with the array 'annotations'");
    }
    if (parser.nextToken() != null) {
      throw expected(parser, "nothing after the first JSON value");
    }
  }

  private void field(JsonParser parser, Visitor visitor) throws IOException {
    String name = parser.currentName();
    JsonToken value = parser.nextToken();
    if (arrays.contains(name)) {
      if (!seen.add(name)) {
        throw expected(parser, "the array '" + name + "' once, but it stands there a second time");
      }
      if (value != JsonToken.START_ARRAY) {
        throw expected(parser, "an array as the value of '" + name + "'");
      }
      array(parser, name, visitor);
    } else if (value.isStructStart()) {
      parser.skipChildren();
    } else {
      visitor.field(name, parser.readValueAsTree());
    }
  }

  private void array(JsonParser parser, String name, Visitor visitor) throws IOException {
    for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw expected(parser, "an object as " + name + "[" + i + "]");
      }
      visitor.record(name, i, parser.readValueAsTree());
    }
  }

  private LongTailException expected(JsonParser parser, String what) {
    JsonLocation at = parser.currentLocation();
    return new LongTailException(
        ErrorCode.DATA, "Reading " + file + ", line " + at.getLineNr() + ": expected " + what);
  }
}
