package longtail.golden;

import org.junit.jupiter.api.Tag;

@Tag("slow")
class GoldenBotTest extends GoldenSuite {
  GoldenBotTest() {
    super(Seed.BOT);
  }
}
