package longtail.nn.onnx;

import static longtail.nn.onnx.OnnxAgreement.CLASSES;
import static longtail.nn.onnx.OnnxAgreement.USUAL;
import static longtail.nn.onnx.OnnxAgreement.anySize;
import static longtail.nn.onnx.OnnxAgreement.assertClose;
import static longtail.nn.onnx.OnnxAgreement.network;
import static longtail.nn.onnx.OnnxAgreement.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import longtail.RandomStreams;
import longtail.dataset.Normalization;
import longtail.image.RgbImage;
import longtail.image.augment.Pipeline;
import longtail.nn.Activations;
import longtail.nn.Network;
import longtail.nn.TestNetworks;
import longtail.nn.backbone.Attention;
import longtail.nn.backbone.Backbone;
import longtail.nn.backbone.Bilateral;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Resnet;
import longtail.nn.backbone.Resnet32;
import longtail.nn.backbone.Shortcut;
import longtail.nn.backbone.SmallImageResnet;
import longtail.nn.graph.ImageSize;
import longtail.nn.head.CosineHead;
import longtail.nn.head.GlmcHead;
import longtail.nn.head.Head;
import longtail.nn.head.HeadWeights;
import longtail.nn.head.LinearHead;
import longtail.nn.head.LwsHead;
import longtail.nn.head.MetaEmbeddingHead;
import longtail.nn.head.NormalizedHead;
import longtail.nn.head.TauNormalizedHead;
import longtail.nn.layer.ConvolutionWeights;
import longtail.nn.layer.Mode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class OnnxExportTest {
  private static final CifarResnet SMALL = new CifarResnet(8, 4, Shortcut.A);

  private static final List<Backbone> BACKBONES =
      List.of(
          Resnet32.standard(),
          new CifarResnet(8, 8, Shortcut.B),
          new Bilateral(SMALL),
          SmallImageResnet.ofDepth(10),
          Resnet.ofDepth(10),
          new Resnet(10, ConvolutionWeights.FAN_OUT, 32, Attention.MODULATED, 24));

  static final List<Head> HEADS =
      List.of(
          LinearHead.standard(),
          new NormalizedHead(1),
          new NormalizedHead(30),
          new CosineHead(16),
          new TauNormalizedHead(0.7),
          new LwsHead(LwsHead.Bias.GIVEN),
          new LwsHead(LwsHead.Bias.NONE),
          new GlmcHead(HeadWeights.KAIMING, 12),
          new MetaEmbeddingHead(16, 10, MetaEmbeddingHead.Memory.LEARNT),
          new MetaEmbeddingHead(16, 10, MetaEmbeddingHead.Memory.FIXED));

  @TestFactory
  Stream<DynamicTest> smallBackbonesAgreeWithAnotherRuntime() {
    return BACKBONES.stream()
        .map(
            backbone ->
                DynamicTest.dynamicTest(
                    backbone.toString(),
                    () -> OnnxAgreement.check(backbone, LinearHead.standard(), USUAL)));
  }

  @TestFactory
  Stream<DynamicTest> everyHeadAgreesWithAnotherRuntime() {
    return HEADS.stream()
        .map(
            head ->
                DynamicTest.dynamicTest(
                    head.toString(), () -> OnnxAgreement.check(SMALL, head, USUAL)));
  }

  @Test
  void theHeadsOfThisTestAreAllThereAre() {
    assertThat(HEADS.stream().<Class<?>>map(Object::getClass).distinct())
        .containsExactlyInAnyOrder(Head.class.getPermittedSubclasses());
  }

  @Test
  void everyVersionOfTheOperatorsSaysTheSame() throws OrtException {
    int[] versions = {13, 14, 15, 16, 17, 18, 19, 20, 21};
    OnnxAgreement.check(SMALL, new CosineHead(16), versions);
    OnnxAgreement.check(
        new Resnet(10, ConvolutionWeights.FAN_OUT, 32, Attention.MODULATED, 24),
        new MetaEmbeddingHead(16, 10, MetaEmbeddingHead.Memory.LEARNT),
        versions);
  }

  @Test
  void aVersionThatIsNotKnownIsRefused() {
    assertThatThrownBy(() -> options(12, anySize()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("opset must be between 13 and 21, was 12");
  }

  @Test
  void pixelsAreNormalisedAsInTraining() throws OrtException, IOException {
    Normalization normalization = Normalization.imagenet();
    OnnxInput input = new OnnxInput(Optional.empty(), Optional.of(normalization));
    int batch = 3;
    int size = 12;
    SplittableRandom random = RandomStreams.of(7);
    byte[] pixels = new byte[batch * size * size * 3];
    random.nextBytes(pixels);
    float[] normalized = new float[pixels.length];
    Pipeline.of(List.of(), normalization, batch * size, size)
        .apply(new RgbImage(batch * size, size, pixels), random, normalized, 0);
    try (Network network = network(SMALL, LinearHead.standard(), size);
        OnnxRun run = OnnxRun.of(network, options(USUAL, input))) {
      INDArray images = Nd4j.createFromArray(normalized).reshape('c', batch, size, size, 3);
      assertClose(
          run.of(pixels, new long[] {batch, size, size, 3}, OnnxExport.LOGITS),
          network.forward(images, Mode.EVAL).logits());
    }
  }

  @Test
  void aCorrectionOfTheLogitsIsAPartOfTheGraph() throws OrtException {
    double[] scales = {1, 2, 0.5, 3, 0.25};
    double[] shifts = {0, -1, 2, 0.5, 7};
    OnnxOptions corrected =
        new OnnxOptions(
            USUAL,
            anySize(),
            Optional.of(new OnnxOptions.Correction(scales, shifts)),
            Map.of("correction", "one of a test"));
    try (Network network = network(SMALL, LinearHead.standard(), 8);
        OnnxRun run = OnnxRun.of(network, corrected)) {
      INDArray images = TestNetworks.images(DataType.FLOAT, 4);
      Activations expected = network.forward(images, Mode.EVAL);
      assertClose(
          run.of(images, OnnxExport.LOGITS),
          expected
              .logits()
              .mulRowVector(Nd4j.createFromArray(scales).castTo(DataType.FLOAT))
              .addRowVector(Nd4j.createFromArray(shifts).castTo(DataType.FLOAT)));
      assertClose(run.of(images, OnnxExport.FEATURES), expected.features());
      assertThat(run.metadata()).containsEntry("correction", "one of a test");
    }
  }

  @Test
  void whatServesTrainingOnlyIsLeftOut() {
    try (Network network = network(SMALL, new GlmcHead(HeadWeights.KAIMING, 12), 8)) {
      byte[] file = OnnxRun.bytes(network, options(USUAL, anySize()));
      assertThat(new String(file, java.nio.charset.StandardCharsets.ISO_8859_1))
          .contains("fc_cb.weight")
          .doesNotContain("projection_head", "contrast_head");
    }
  }

  @Test
  void imagesOfAnotherSizeAreRefusedWhereTheSizeIsKnown() throws OrtException {
    OnnxInput input = new OnnxInput(Optional.of(new ImageSize(8, 8)), Optional.empty());
    try (Network network = network(SMALL, LinearHead.standard(), 8);
        OnnxRun run = OnnxRun.of(network, options(USUAL, input))) {
      INDArray wrong = TestNetworks.images(1, DataType.FLOAT, 2, 16);
      assertThatThrownBy(() -> run.of(wrong, OnnxExport.LOGITS)).isInstanceOf(OrtException.class);
      assertThat(run.of(TestNetworks.images(DataType.FLOAT, 2), OnnxExport.LOGITS))
          .hasDimensions(2, CLASSES);
    }
  }
}
