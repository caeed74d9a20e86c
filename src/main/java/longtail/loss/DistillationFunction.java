package longtail.loss;

import java.util.Arrays;
import longtail.Collective;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@link Distillation} bound to a training set. */
public final class DistillationFunction {
  private final Distillation distillation;
  private final LossFunction base;
  private final Collective workers;
  private final SampleLoop loop;
  private final double[] teacherRow;
  private final double[] teacherLog;
  private final double[] studentLog;

  DistillationFunction(
      Distillation distillation, int classes, LossFunction base, Collective workers) {
    this.distillation = distillation;
    this.base = base;
    this.workers = workers;
    loop = new SampleLoop(Weighing.equal(classes, Reduction.MEAN));
    teacherRow = new double[classes];
    teacherLog = new double[classes];
    studentLog = new double[classes];
  }

  /** As {@link LossFunction#epoch}; only the base loss may change. */
  public void epoch(int epoch) {
    base.epoch(epoch);
  }

  /**
   * The loss of a batch and its gradient; the gradient is valid until the next call. Where workers
   * take a step together, it is this worker's part, and the parts add up to the whole.
   *
   * @param teacherLogits of the same samples, {@code [batch, classes]}
   */
  public LossValue evaluate(LossBatch batch, INDArray teacherLogits) {
    if (!Arrays.equals(teacherLogits.shape(), batch.logits().shape())) {
      throw new IllegalArgumentException(
          "the teacher's logits must have the shape of the student's, %s, was %s"
              .formatted(
                  Arrays.toString(batch.logits().shape()), Arrays.toString(teacherLogits.shape())));
    }
    if (batch.shares().length > 0) {
      throw new IllegalArgumentException("distillation takes no mixed samples");
    }
    int size = batch.labels().length;
    double alpha = distillation.alpha() * (size / workers.sum(size));
    LossValue ofLabels = base.evaluate(batch);
    Rows teacher = Rows.of(teacherLogits);
    Rows labelGradient = Rows.of(ofLabels.gradLogits());
    double labels = 1 - distillation.alpha();
    double share = labels * size;
    LossValue ofTeacher =
        loop.evaluate(
            batch,
            (position, factor, logits, label, gradient) -> {
              teacher.read(position, teacherRow);
              double divergence = divergence(logits, gradient);
              // the gradient of the labels' loss is that of the whole batch already
              labelGradient.read(position, teacherRow);
              for (int c = 0; c < gradient.length; c++) {
                gradient[c] = alpha * gradient[c] + share * teacherRow[c];
              }
              return alpha * divergence;
            });
    LossValue value =
        new LossValue(ofTeacher.value() + labels * ofLabels.value(), ofTeacher.gradLogits());
    return ofLabels
        .gradFeatures()
        .map(gradient -> value.withGradFeatures(gradient.mul(labels)))
        .orElse(value);
  }

  /** {@code T^2 KL(b || softmax(z / T))} of the current rows, with its gradient. */
  private double divergence(double[] logits, double[] gradient) {
    double temperature = distillation.temperature();
    Softmax.logarithms(teacherRow, distillation.power() / temperature, teacherLog);
    Softmax.logarithms(logits, 1 / temperature, studentLog);
    double divergence = 0;
    for (int c = 0; c < logits.length; c++) {
      double target = Math.exp(teacherLog[c]);
      divergence += target * (teacherLog[c] - studentLog[c]);
      gradient[c] = temperature * (Math.exp(studentLog[c]) - target);
    }
    return temperature * temperature * divergence;
  }
}
