package longtail.loss;

/** A loss that treats classes by their numbers of images, and may do so from some epoch on only. */
public sealed interface Reweighting extends Loss
    permits BalancedSoftmax,
        BinarySoftmax,
        Cdt,
        ClassBalanced,
        ClassBalancedFocal,
        CostSensitive,
        Focal,
        InfluenceBalanced,
        Ldam,
        LogitAdjustment,
        WeightedCrossEntropy {

  /** The loss in the epochs before {@link Deferred} re-weighting begins. */
  Loss early();

  /** How many epochs before the rest the published implementation begins to re-weight. */
  default int publishedLead() {
    return 0;
  }
}
