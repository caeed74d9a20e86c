package longtail.optim;

/** The same learning rate in every epoch. */
public record Constant() implements Schedule {
  @Override
  public double rate(double base, int epoch, int epochs) {
    return base;
  }
}
