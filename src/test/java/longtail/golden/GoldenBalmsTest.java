package longtail.golden;

class GoldenBalmsTest extends GoldenSuite {
  GoldenBalmsTest() {
    super(Seed.BALMS);
  }
}
