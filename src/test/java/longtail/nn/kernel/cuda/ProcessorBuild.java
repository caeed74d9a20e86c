package longtail.nn.kernel.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Our CUDA source as a library for the processor, by the host's C++ compiler; once per process. */
final class ProcessorBuild {
  private static final List<String> COMPILERS = List.of("c++", "g++", "clang++");
  private static final long SECONDS = 300;
  private static Optional<Path> library;

  private ProcessorBuild() {}

  /** The library, or nothing where there is no compiler. */
  static synchronized Optional<Path> library() {
    if (library == null) {
      library = compiler().map(ProcessorBuild::build);
    }
    return library;
  }

  private static Optional<String> compiler() {
    return COMPILERS.stream()
        .filter(
            name ->
                Stream.of(System.getenv("PATH").split(":", -1))
                    .anyMatch(folder -> Files.isExecutable(Path.of(folder, name))))
        .findFirst();
  }

  private static Path build(String compiler) {
    try {
      Path folder = Files.createTempDirectory("kernels");
      Path source = folder.resolve("kernels.cpp");
      Path built = folder.resolve("libkernels.so");
      Path log = folder.resolve("log");
      Files.writeString(source, text());
      Process process =
          new ProcessBuilder(
                  compiler,
                  "-std=c++17",
                  "-O1",
                  "-shared",
                  "-fPIC",
                  "-fno-strict-aliasing",
                  "-ffp-contract=off",
                  "-w",
                  "-o",
                  built.toString(),
                  source.toString())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroy();
        throw new AssertionError(compiler + " refuses our kernels:\n" + Files.readString(log));
      }
      for (Path file : List.of(folder, built, log, source)) {
        file.toFile().deleteOnExit();
      }
      return built;
    } catch (IOException e) {
      throw new AssertionError("cannot build the kernels for the processor", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static String text() throws IOException {
    return resource("processor.h")
        + "namespace float32 {\n"
        + KernelSource.text()
        + "#undef PACK\n"
        + "#undef THREADS\n"
        + "#undef TILE\n"
        + "}\n"
        + "#define MAP_BFLOAT16\n"
        + "namespace bfloat16 {\n"
        + KernelSource.text()
        + "}\n"
        + table()
        + resource("calls.h");
  }

  private static String table() {
    return Stream.of("float32", "bfloat16")
        .flatMap(
            space ->
                KernelSource.kernels().keySet().stream()
                    .map(
                        name ->
                            "{\"%s/%s\", [](void **a) { call(%s::%s, a); }},"
                                .formatted(space, name, space, name)))
        .collect(
            Collectors.joining(
                "\n",
                "namespace processor {\nstatic const Entry entries[] = {\n",
                "\n};\nstatic const int count = sizeof(entries) / sizeof(Entry);\n}\n"));
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = ProcessorBuild.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
