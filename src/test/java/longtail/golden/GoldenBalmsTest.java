package longtail.golden;

import org.junit.jupiter.api.Tag;

@Tag("slow")
class GoldenBalmsTest extends GoldenSuite {
  GoldenBalmsTest() {
    super(Seed.BALMS);
  }
}
