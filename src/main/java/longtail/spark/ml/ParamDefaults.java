package longtail.spark.ml;

/** What params are when nothing is said. */
final class ParamDefaults {
  private ParamDefaults() {}

  static void ofPrediction(PredictionParams params) {
    params.setDefault(params.imageCol(), "image");
    params.setDefault(params.predictionCol(), "prediction");
    params.setDefault(params.probabilityCol(), "probability");
    params.setDefault(params.rawPredictionCol(), "rawPrediction");
    params.setDefault(params.errorCol(), "");
    params.setDefault(params.handleInvalid(), "error");
    params.setDefault(params.tau(), 0.0);
    params.setDefault(params.logitAdjust(), 0.0);
  }

  static void ofTraining(TrainingParams params) {
    ofPrediction(params);
    params.setDefault(params.labelCol(), "label");
    params.setDefault(params.backbone(), "resnet32");
    params.setDefault(params.loss(), "balanced-softmax");
    params.setDefault(params.sampler(), "instance");
    params.setDefault(params.epochs(), 30);
    params.setDefault(params.batchSize(), 128);
    params.setDefault(params.learningRate(), 0.1);
    params.setDefault(params.imageSize(), 32);
    params.setDefault(params.maxBad(), "10");
    params.setDefault(params.keepData(), false);
    params.setDefault(params.seed(), 42L);
  }
}
