package longtail.nn.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Map;
import longtail.nn.Network;
import org.nd4j.linalg.api.ndarray.INDArray;

/** An exported network in ONNX Runtime, which shares nothing with this program. */
public final class OnnxRun implements AutoCloseable {
  private static final OrtEnvironment ENVIRONMENT = OrtEnvironment.getEnvironment();

  private final OrtSession session;

  private OnnxRun(OrtSession session) {
    this.session = session;
  }

  /** The network of {@code file}. */
  public static OnnxRun of(byte[] file) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      return new OnnxRun(ENVIRONMENT.createSession(file, options));
    }
  }

  /** The export of {@code network}. */
  public static OnnxRun of(Network network, OnnxOptions options) throws OrtException {
    return of(bytes(network, options));
  }

  static byte[] bytes(Network network, OnnxOptions options) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try {
      OnnxExport.of(network, options).write(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file.toByteArray();
  }

  /** The output {@code output} for normalised {@code images}, {@code [batch, height, width, 3]}. */
  public float[][] of(INDArray images, String output) throws OrtException {
    INDArray channelsFirst = images.permute(0, 3, 1, 2).dup('c');
    try (OnnxTensor tensor =
        OnnxTensor.createTensor(
            ENVIRONMENT, FloatBuffer.wrap(channelsFirst.data().asFloat()), channelsFirst.shape())) {
      return output(tensor, output);
    }
  }

  /** The output {@code output} for the pixels of images of {@code shape}, channels last. */
  public float[][] of(byte[] pixels, long[] shape, String output) throws OrtException {
    ByteBuffer direct = ByteBuffer.allocateDirect(pixels.length).put(pixels).flip();
    try (OnnxTensor tensor =
        OnnxTensor.createTensor(ENVIRONMENT, direct, shape, ai.onnxruntime.OnnxJavaType.UINT8)) {
      return output(tensor, output);
    }
  }

  private float[][] output(OnnxTensor images, String output) throws OrtException {
    try (OrtSession.Result result = session.run(Map.of(OnnxExport.IMAGES, images))) {
      OnnxValue value = result.get(output).orElseThrow();
      return (float[][]) value.getValue();
    }
  }

  /** The properties of the model. */
  public Map<String, String> metadata() throws OrtException {
    return session.getMetadata().getCustomMetadata();
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
