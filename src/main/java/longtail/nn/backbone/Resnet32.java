package longtail.nn.backbone;

import longtail.config.Default;

/**
 * The 32-layer residual network for images of about 32 x 32 pixels: 3 stages of 5 basic blocks.
 *
 * @param width channels of the first stage, doubled by each further one; a multiple of 4
 * @param shortcut how blocks pass a change of shape
 */
public record Resnet32(@Default("16") int width, @Default("a") Shortcut shortcut)
    implements Backbone {
  /** Checks {@code width}. */
  public Resnet32 {
    CifarResnet.checkWidth(width);
  }

  /** The network of the CIFAR experiments: 16 channels, shortcuts without parameters. */
  public static Resnet32 standard() {
    return new Resnet32(16, Shortcut.A);
  }

  @Override
  public Stages stages() {
    return Stages.cifar(5, width, shortcut);
  }
}
