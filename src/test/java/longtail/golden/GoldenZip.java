package longtail.golden;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The cases of one seed: {@code <case>/case.json} and {@code <case>/<tensor>.npy}. */
public final class GoldenZip implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CASE_FILE = "/case.json";

  private final Seed seed;
  private final ZipFile zip;

  private GoldenZip(Seed seed, ZipFile zip) {
    this.seed = seed;
    this.zip = zip;
  }

  /** Whether the zips are the committed ones, and not those of the property golden.dir. */
  public static boolean committed() {
    return directory().isEmpty();
  }

  /**
   * Opens the zip of {@code seed} in the directory of the system property {@code golden.dir}, or
   * else the committed one; empty if that directory holds none for this seed.
   */
  public static Optional<GoldenZip> open(Seed seed) throws IOException {
    Optional<Path> directory = directory();
    if (directory.isPresent() && !Files.isDirectory(directory.get())) {
      throw new NotDirectoryException("golden.dir = " + directory.get());
    }
    Path path =
        directory.isPresent()
            ? directory.get().resolve(seed.id() + ".zip")
            : committedCopy(seed.id() + ".zip");
    if (!Files.exists(path)) {
      return Optional.empty();
    }
    return Optional.of(new GoldenZip(seed, new ZipFile(path.toFile())));
  }

  /** All cases in the order of the zip. */
  public List<GoldenCase> cases() {
    return zip.stream()
        .map(ZipEntry::getName)
        .filter(entry -> entry.endsWith(CASE_FILE))
        .map(entry -> entry.substring(0, entry.length() - CASE_FILE.length()))
        .map(this::load)
        .toList();
  }

  public boolean holds(String entry) {
    return zip.getEntry(entry) != null;
  }

  public byte[] read(String entry) throws IOException {
    ZipEntry found = zip.getEntry(entry);
    if (found == null) {
      throw new FileNotFoundException(entry + " in " + zip.getName());
    }
    try (var stream = zip.getInputStream(found)) {
      return stream.readAllBytes();
    }
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }

  private GoldenCase load(String name) {
    try {
      return new GoldenCase(seed, name, JSON.readTree(read(name + CASE_FILE)), this);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<Path> directory() {
    return Optional.ofNullable(System.getProperty("golden.dir"))
        .map(String::strip)
        .filter(text -> !text.isEmpty() && !text.startsWith("${"))
        .map(Path::of);
  }

  private static Path committedCopy(String file) throws FileNotFoundException {
    URL resource = GoldenZip.class.getResource("/golden/" + file);
    if (resource == null) {
      throw new FileNotFoundException("/golden/" + file + " on the test class path");
    }
    try {
      return Path.of(resource.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
