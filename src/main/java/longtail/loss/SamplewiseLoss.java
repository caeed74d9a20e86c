package longtail.loss;

/** A loss that reduces one independent term per sample. */
final class SamplewiseLoss implements LossFunction {
  private final SampleLoop loop;
  private final SampleLoss loss;

  SamplewiseLoss(int classes, Reduction reduction, SampleLoss loss) {
    this(Weighing.equal(classes, reduction), loss);
  }

  SamplewiseLoss(Weighing weighing, SampleLoss loss) {
    this.loop = new SampleLoop(weighing);
    this.loss = loss;
  }

  @Override
  public LossValue evaluate(LossBatch batch) {
    return loop.evaluate(
        batch,
        (position, factor, logits, label, gradient) -> loss.evaluate(logits, label, gradient));
  }
}
