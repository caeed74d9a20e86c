package longtail.nn.backbone;

/** Families of feature extractors. */
public sealed interface Backbone
    permits Resnet32, CifarResnet, Resnet, Resnext, SmallImageResnet, Bilateral {
  /** The network as a table of stages. */
  Stages stages();
}
