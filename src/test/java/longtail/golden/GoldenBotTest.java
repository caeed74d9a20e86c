package longtail.golden;

class GoldenBotTest extends GoldenSuite {
  GoldenBotTest() {
    super(Seed.BOT);
  }
}
