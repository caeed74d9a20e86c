package longtail.nn;

/** How {@link longtail.nn.layer.Mode#EVAL} computes batch normalisations behind convolutions. */
public enum InferenceForm {
  /** In the weights of the convolutions, together with sums and rectifiers: the default. */
  FOLDED,
  /** By themselves, as in the other modes. */
  SEPARATE
}
