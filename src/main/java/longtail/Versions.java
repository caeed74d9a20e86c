package longtail;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** Versions of the program and of the libraries it was built with; written beside every result. */
public final class Versions {
  private static final Map<String, String> ALL = read();

  private Versions() {}

  /** Versions by name, sorted, that of the Java runtime included. */
  public static Map<String, String> all() {
    return new TreeMap<>(ALL);
  }

  /** The version of the program. */
  public static String program() {
    return ALL.get("longtail-spark");
  }

  private static Map<String, String> read() {
    Properties properties = new Properties();
    try (InputStream in = Versions.class.getResourceAsStream("versions.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException("reading versions.properties", e);
    }
    Map<String, String> versions = new TreeMap<>();
    properties.stringPropertyNames().forEach(k -> versions.put(k, properties.getProperty(k)));
    versions.put("java", Runtime.version().toString());
    return versions;
  }
}
