"""LongTailClassifier and LongTailModel for PySpark: wrappers of the Java classes of this name.

    pyspark --jars longtail-spark-app.jar --py-files longtail-spark-app.jar

    from longtail.spark.ml import LongTailClassifier
    model = LongTailClassifier(imageCol="content", workDirectory="hdfs:///work", epochs=30).fit(images)
    model.transform(images).select("path", "prediction")

The package is called as the Java package is, by which PySpark finds the one for the other.
"""
from pyspark import SparkContext
from pyspark.ml.param import Param, Params, TypeConverters
from pyspark.ml.param.shared import (
    HasHandleInvalid,
    HasLabelCol,
    HasPredictionCol,
    HasProbabilityCol,
    HasRawPredictionCol,
    HasThresholds,
    HasValidationIndicatorCol,
)
from pyspark.ml.util import JavaMLReadable, JavaMLWritable
from pyspark.ml.wrapper import JavaEstimator, JavaModel

_ESTIMATOR = "longtail.spark.ml.LongTailClassifier"


def _param(name, converter):
    """A param whose meaning and default are those of the Java class."""
    return Param(Params._dummy(), name, "see the page 'DataFrames and Spark ML'", converter)


class _PredictionParams(
    HasPredictionCol, HasProbabilityCol, HasRawPredictionCol, HasHandleInvalid, HasThresholds
):
    imageCol = _param("imageCol", TypeConverters.toString)
    errorCol = _param("errorCol", TypeConverters.toString)
    tau = _param("tau", TypeConverters.toFloat)
    logitAdjust = _param("logitAdjust", TypeConverters.toFloat)

    def setParams(self, **params):
        """Sets params by their names, such as setParams(tau=0.5)."""
        return self._set(**params)


class _TrainingParams(_PredictionParams, HasLabelCol, HasValidationIndicatorCol):
    workDirectory = _param("workDirectory", TypeConverters.toString)
    experiment = _param("experiment", TypeConverters.toString)
    overrides = _param("overrides", TypeConverters.toListString)
    backbone = _param("backbone", TypeConverters.toString)
    loss = _param("loss", TypeConverters.toString)
    sampler = _param("sampler", TypeConverters.toString)
    epochs = _param("epochs", TypeConverters.toInt)
    batchSize = _param("batchSize", TypeConverters.toInt)
    learningRate = _param("learningRate", TypeConverters.toFloat)
    workers = _param("workers", TypeConverters.toInt)
    imageSize = _param("imageSize", TypeConverters.toInt)
    resize = _param("resize", TypeConverters.toInt)
    maxBad = _param("maxBad", TypeConverters.toString)
    keepData = _param("keepData", TypeConverters.toBoolean)
    seed = _param("seed", TypeConverters.toInt)


class LongTailModel(JavaModel, _PredictionParams, JavaMLReadable, JavaMLWritable):
    """A trained model that adds its predictions to a DataFrame of images."""

    @property
    def classNames(self):
        """Name of each class, in the order of their numbers."""
        return list(self._call_java("classNames"))

    @staticmethod
    def ofRun(path):
        """The model that a run of jobs/train has left: a checkpoint, a run or a model zip."""
        context = SparkContext._active_spark_context
        java = context._jvm.longtail.spark.ml.LongTailModel
        return LongTailModel._from_java(java.ofRun(path, context._jsc.hadoopConfiguration()))


class LongTailClassifier(JavaEstimator, _TrainingParams, JavaMLReadable, JavaMLWritable):
    """Trains on a DataFrame of images and classes; params are given by their names."""

    def __init__(self, **params):
        super().__init__()
        self._java_obj = self._new_java_obj(_ESTIMATOR, self.uid)
        self._transfer_params_from_java()  # the defaults
        self._set(**params)

    def _create_model(self, java_model):
        return LongTailModel._from_java(java_model)
