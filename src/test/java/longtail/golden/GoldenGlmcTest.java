package longtail.golden;

class GoldenGlmcTest extends GoldenSuite {
  GoldenGlmcTest() {
    super(Seed.GLMC);
  }
}
