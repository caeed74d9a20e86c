package longtail.nn;

/** Families of feature extractors. */
public sealed interface Backbone permits Resnet32, CifarResnet, Resnet, Resnext, SmallImageResnet {
  /** The network as a table of stages. */
  Stages stages();
}
