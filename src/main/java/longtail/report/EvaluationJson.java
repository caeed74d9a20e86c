package longtail.report;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.util.Optional;
import longtail.eval.OpenSetResult;

/** The text of {@code evaluation.json}; figures that are not known are null. */
final class EvaluationJson {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .defaultSetterInfo(JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY))
          .addModule(figures())
          .build();

  private EvaluationJson() {}

  /** The text; a class without test images has the accuracy null. */
  static String write(EvaluationSummary summary) {
    try {
      return JSON.writeValueAsString(summary) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an evaluation is plain data", e);
    }
  }

  /**
   * Reads what {@link #write} wrote, or an earlier version of it.
   *
   * @throws IOException if it is damaged
   */
  static EvaluationSummary read(byte[] json) throws IOException {
    try {
      return JSON.readValue(json, EvaluationSummary.class);
    } catch (JsonProcessingException e) {
      throw new IOException(
          "it is damaged: " + e.getOriginalMessage().lines().findFirst().orElse(""), e);
    }
  }

  private static SimpleModule figures() {
    return new SimpleModule()
        .addSerializer(double.class, new FigureWriter())
        .addSerializer(Double.class, new FigureWriter())
        .addDeserializer(double.class, new FigureReader())
        .addSerializer(new OpenSetWriter())
        .addDeserializer(Optional.class, new OpenSetReader());
  }

  /** Writes a number, or null for NaN. */
  private static final class FigureWriter extends StdSerializer<Double> {
    private static final long serialVersionUID = 1L;

    FigureWriter() {
      super(Double.class);
    }

    @Override
    public void serialize(Double figure, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      if (figure.isNaN()) {
        json.writeNull();
      } else {
        json.writeNumber(figure);
      }
    }
  }

  /** Reads a number, or NaN where it is null or absent. */
  private static final class FigureReader extends StdDeserializer<Double> {
    private static final long serialVersionUID = 1L;

    FigureReader() {
      super(double.class);
    }

    @Override
    public Double deserialize(JsonParser json, DeserializationContext context) throws IOException {
      return _parseDoublePrimitive(json, context);
    }

    @Override
    public Double getNullValue(DeserializationContext context) {
      return Double.NaN;
    }
  }

  /** Writes the figures of an open set where there are such; else they are left out. */
  private static final class OpenSetWriter extends StdSerializer<Optional<?>> {
    private static final long serialVersionUID = 1L;

    OpenSetWriter() {
      super(Optional.class, false);
    }

    @Override
    public boolean isEmpty(SerializerProvider provider, Optional<?> result) {
      return result.isEmpty();
    }

    @Override
    public void serialize(Optional<?> result, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      provider.defaultSerializeValue(result.orElse(null), json);
    }
  }

  /** Reads the figures of an open set. */
  @SuppressWarnings("rawtypes") // the type that Jackson finds
  private static final class OpenSetReader extends StdDeserializer<Optional> {
    private static final long serialVersionUID = 1L;

    OpenSetReader() {
      super(Optional.class);
    }

    @Override
    public Optional deserialize(JsonParser json, DeserializationContext context)
        throws IOException {
      return Optional.of(json.readValueAs(OpenSetResult.class));
    }

    @Override
    public Optional getNullValue(DeserializationContext context) {
      return Optional.empty();
    }
  }
}
