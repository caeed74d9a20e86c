package longtail.nn.onnx;

import static longtail.nn.onnx.OnnxAgreement.USUAL;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import longtail.nn.backbone.Attention;
import longtail.nn.backbone.Backbone;
import longtail.nn.backbone.Bilateral;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Resnet;
import longtail.nn.backbone.Resnet32;
import longtail.nn.backbone.Resnext;
import longtail.nn.backbone.Shortcut;
import longtail.nn.backbone.SmallImageResnet;
import longtail.nn.head.LinearHead;
import longtail.nn.layer.ConvolutionWeights;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every kind of backbone with every head, and the deep ones. */
@Tag("slow")
class OnnxProductTest {
  private static final List<Backbone> KINDS =
      List.of(
          Resnet32.standard(),
          new CifarResnet(14, 8, Shortcut.B),
          new Bilateral(Resnet32.standard()),
          SmallImageResnet.ofDepth(10),
          new Resnet(10, ConvolutionWeights.FAN_OUT, 32, Attention.MODULATED, 24),
          new Resnext(50, 4, 8, ConvolutionWeights.FAN_OUT));

  private static final List<Backbone> DEEP =
      List.of(
          new Bilateral(Resnet.ofDepth(18)),
          new SmallImageResnet(50, ConvolutionWeights.UNIFORM),
          Resnet.ofDepth(34),
          Resnet.ofDepth(50),
          Resnet.ofDepth(101),
          new Resnet(50, ConvolutionWeights.FAN_OUT, 8),
          new Resnet(50, ConvolutionWeights.FAN_OUT, 16),
          Resnext.ofDepth(50));

  @TestFactory
  Stream<DynamicTest> everyBackboneWithEveryHeadAgreesWithAnotherRuntime() {
    return KINDS.stream()
        .flatMap(
            backbone ->
                OnnxExportTest.HEADS.stream()
                    .map(
                        head ->
                            DynamicTest.dynamicTest(
                                head + " on " + backbone,
                                () -> OnnxAgreement.check(backbone, head, USUAL))));
  }

  @TestFactory
  Stream<DynamicTest> deepBackbonesAgreeWithAnotherRuntime() {
    return DEEP.stream()
        .map(
            backbone ->
                DynamicTest.dynamicTest(
                    backbone.toString(),
                    () -> OnnxAgreement.check(backbone, LinearHead.standard(), USUAL)));
  }

  @Test
  void theKindsAreAllThereAre() {
    assertThat(KINDS.stream().<Class<?>>map(Object::getClass).distinct())
        .containsExactlyInAnyOrder(Backbone.class.getPermittedSubclasses());
  }
}
