package longtail.nn.backbone;

import longtail.nn.layer.ModulatedAttention;

/** What a backbone does with its last feature map before it averages it. */
public enum Attention {
  /** Nothing. */
  NONE,
  /** The modulated attention of OLTR (Liu et al., 2019); see {@link ModulatedAttention}. */
  MODULATED;

  static void checkProjection(int projection) {
    if (projection < 0) {
      throw new IllegalArgumentException(
          "projection must be 0 or a number of features, was " + projection);
    }
  }
}
