package longtail.golden;

class GoldenMetasaugTest extends GoldenSuite {
  GoldenMetasaugTest() {
    super(Seed.METASAUG);
  }
}
