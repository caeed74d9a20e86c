package longtail.nn.head;

import java.util.List;

/**
 * Families of heads: what turns the features into the logits.
 *
 * <p>A head is one layer or a small graph of layers, of which exactly one is the classifier. Its
 * output is {@code Activations.logits()}; the other layers serve training, and a method gets at
 * them by name: {@code Activations.auxiliary()} forward, {@code Network.backward(INDArray,
 * INDArray, Map)} backward.
 */
public sealed interface Head
    permits LinearHead,
        NormalizedHead,
        CosineHead,
        TauNormalizedHead,
        LwsHead,
        GlmcHead,
        MetaEmbeddingHead {
  /** The layers for {@code width} features and {@code classes} classes, in checkpoint order. */
  List<HeadPart> parts(int width, int classes);
}
