package longtail.sample;

/** Independent draws of a class by its probability, then of a row of the class. */
final class IndependentRows implements StepRows {
  private final Population population;
  private final double[] probabilities;
  private final EpochStreams streams;
  private final Quotas quotas;
  private final ClassMixture[] mixtures;

  IndependentRows(
      Population population, double[] probabilities, EpochStreams streams, Quotas quotas) {
    this.population = population;
    this.probabilities = probabilities;
    this.streams = streams;
    this.quotas = quotas;
    mixtures = new ClassMixture[population.shards()];
  }

  @Override
  public int[] rows(int step, int shard) {
    int[] rows = new int[quotas.in(step, shard)];
    int before = quotas.before(step, shard);
    for (int i = 0; i < rows.length; i++) {
      rows[i] = mixture(shard).draw(streams.ofDraw(shard, before + i));
    }
    return rows;
  }

  private ClassMixture mixture(int shard) {
    if (mixtures[shard] == null) {
      mixtures[shard] = ClassMixture.of(population, shard, probabilities);
    }
    return mixtures[shard];
  }
}
