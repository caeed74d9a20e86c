package longtail.golden;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** All cases of one seed as dynamic tests: each is passed, pending (aborted) or a failure. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class GoldenSuite {
  /** Cases about a Python configuration library, which has no counterpart here. */
  static final Set<String> EXCLUDED = Set.of("bot/config_default", "bot/config_merge");

  private final Seed seed;
  private Optional<GoldenZip> zip = Optional.empty();
  private int passed;
  private int failed;
  private int pending;

  GoldenSuite(Seed seed) {
    this.seed = seed;
  }

  @BeforeAll
  void open() throws IOException {
    zip = GoldenZip.open(seed);
  }

  @TestFactory
  Stream<DynamicTest> cases() throws IOException {
    Pending list = Pending.load();
    return zip.stream()
        .flatMap(opened -> opened.cases().stream())
        .filter(golden -> !EXCLUDED.contains(golden.toString()))
        .map(golden -> dynamicTest(golden.name(), () -> judge(golden, list)));
  }

  @AfterAll
  void report() throws IOException {
    if (zip.isPresent()) {
      zip.get().close();
    }
    System.out.println(
        "golden %s: %d passed, %d failed, %d pending"
            .formatted(seed.id(), passed, failed, pending));
  }

  private void judge(GoldenCase golden, Pending list) throws Exception {
    List<GoldenCheck> claiming =
        GoldenChecks.ALL.stream().filter(check -> check.claims(golden)).toList();
    Optional<Pending.Line> line = list.find(golden);
    if (claiming.isEmpty() && line.isPresent()) {
      pending++;
      Assumptions.abort("pending: " + line.get().reason());
    }
    failed++; // until it has passed
    if (claiming.size() != 1) {
      throw new AssertionError(
          claiming.isEmpty()
              ? golden + " is claimed by no check and named by no line of pending.txt"
              : golden + " is claimed by more than one check: " + claiming);
    }
    claiming.get(0).run(golden);
    if (!golden.unchecked().isEmpty()) {
      throw new AssertionError(golden + ": outputs never compared: " + golden.unchecked());
    }
    failed--;
    passed++;
  }
}
