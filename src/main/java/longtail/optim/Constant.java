package longtail.optim;

/** The same learning rate in every epoch. */
public record Constant() implements Schedule {
  @Override
  public double rate(double base, Moment moment) {
    return base;
  }
}
