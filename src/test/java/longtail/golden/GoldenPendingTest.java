package longtail.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GoldenPendingTest {
  @Test
  void everyLineNamesAnUnclaimedCaseOfTheCommittedZips() throws IOException {
    assumeTrue(GoldenZip.committed(), "other zips may hold fewer kinds of cases");
    List<Pending.Line> stale = new ArrayList<>(Pending.load().lines());
    for (Seed seed : Seed.values()) {
      Optional<GoldenZip> zip = GoldenZip.open(seed);
      assertThat(zip).as("%s.zip on the test class path", seed.id()).isPresent();
      try (GoldenZip opened = zip.get()) {
        for (GoldenCase golden : opened.cases()) {
          if (GoldenChecks.ALL.stream().noneMatch(check -> check.claims(golden))) {
            stale.removeIf(line -> line.names(golden));
          }
        }
      }
    }
    assertThat(stale).as("lines of pending.txt to remove").isEmpty();
  }

  @Test
  void theListMayBeEmpty() {
    assertThat(Pending.parse("# comment\n\n").lines()).isEmpty();
  }

  @Test
  void aLineNeedsAReason() {
    assertThatThrownBy(() -> Pending.parse("# comment\nloss_ldam_*\n"))
        .hasMessageContaining("pending.txt:2")
        .hasMessageContaining("loss_ldam_*");
  }
}
