package longtail.golden;

import org.junit.jupiter.api.Tag;

@Tag("slow")
class GoldenGlmcTest extends GoldenSuite {
  GoldenGlmcTest() {
    super(Seed.GLMC);
  }
}
