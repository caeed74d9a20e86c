package longtail.method;

import longtail.nn.Network;

/** Opens networks that were trained before. */
@FunctionalInterface
public interface Networks {
  /** Where no other network can be opened. */
  Networks NONE =
      model -> {
        throw new IllegalStateException("no further networks can be opened here: " + model);
      };

  /**
   * Opens a network; the caller closes it.
   *
   * @param model a checkpoint, the output directory of a training run, or a model zip
   * @throws longtail.LongTailException when it cannot be read
   */
  Network open(String model);
}
