package longtail.dataset;

import java.util.Locale;

/** A part of a divided set. */
public enum SplitPart {
  /** What is trained on. */
  TRAIN,
  /** What picks the best checkpoint. */
  VALIDATION,
  /** What the model is scored on at the end. */
  TEST;

  /** The name of the split and of its directory. */
  public String title() {
    return name().toLowerCase(Locale.ROOT);
  }
}
