package longtail.spark;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import de.javakaffee.kryoserializers.SynchronizedCollectionsSerializer;
import de.javakaffee.kryoserializers.UnmodifiableCollectionsSerializer;
import java.util.List;
import java.util.Optional;
import longtail.ErrorCode;
import longtail.collective.WorkerCollective.Spent;
import longtail.dataset.Annotation;
import longtail.dataset.AnnotationFields;
import longtail.dataset.AnnotationFormat;
import longtail.dataset.ImageCollection;
import longtail.dataset.SeveralAnnotations;
import longtail.dataset.format.TableImages;
import longtail.dataset.format.TableNames;
import longtail.eval.FeatureMean;
import longtail.eval.NearestClassMean;
import longtail.eval.Predictions;
import longtail.image.PerceptualHash;
import longtail.report.ContactSheetPage;
import longtail.spark.evaluate.ClassMeans;
import longtail.spark.evaluate.MeanClassifier;
import longtail.spark.inspect.ImageFacts;
import longtail.spark.inspect.InspectedSet;
import longtail.spark.predict.ContactSheet;
import longtail.spark.predict.ContainerContents;
import longtail.spark.predict.FolderTree;
import longtail.spark.predict.ImageReference;
import longtail.spark.predict.Part;
import longtail.spark.prepare.PreparedImage;
import longtail.spark.prepare.PreparedSample;
import longtail.spark.prepare.ShardAssignment;
import longtail.spark.prepare.ShardOutcome;
import longtail.spark.prepare.TableAssignment;
import longtail.spark.round.SegmentMessages;
import longtail.train.Counters;
import longtail.train.checkpoint.FlatVector;
import longtail.train.checkpoint.StateShare;
import longtail.train.checkpoint.TrainingState;
import longtail.train.experiment.Cursor;
import longtail.train.experiment.Plateau;
import longtail.train.experiment.Round;
import org.apache.spark.serializer.KryoRegistrator;
import org.nd4j.common.primitives.AtomicDouble;
import org.nd4j.kryo.Nd4jSerializer;
import org.nd4j.kryo.primitives.AtomicDoubleSerializer;

/**
 * Every class that our jobs send between driver and executors, and what ND4J's own registrator
 * knows: {@code spark.kryo.registrator=longtail.spark.LongTailRegistrator}. With it the jobs run
 * under {@code spark.kryo.registrationRequired=true}.
 *
 * <p>Unlike ND4J's registrator it does not start the ND4J backend, which unpacks and loads hundreds
 * of megabytes, in processes that only move bytes.
 */
public final class LongTailRegistrator implements KryoRegistrator {
  /** Messages that are records. A record of a new message is added here. */
  private static final List<Class<? extends Record>> RECORDS =
      List.of(
          Annotation.class,
          ShardAssignment.class,
          ShardOutcome.class,
          ImageCollection.class,
          AnnotationFields.class,
          InspectedSet.FilePart.class,
          InspectedSet.ShardPart.class,
          ImageFacts.class,
          TableImages.Part.class,
          TableAssignment.class,
          PreparedSample.class,
          PreparedImage.class,
          Counters.class,
          Cursor.class,
          Plateau.class,
          Spent.class,
          Round.class,
          StateShare.class,
          SegmentMessages.Outcome.class,
          SegmentMessages.FinishedRound.class,
          SegmentMessages.Failure.class,
          ImageReference.class,
          Part.class,
          FolderTree.Found.class,
          ContainerContents.Table.class,
          ContactSheet.Wanted.class,
          ContactSheet.Drawn.class,
          ContactSheetPage.Picture.class,
          ClassMeans.Labelled.class,
          ClassMeans.Part.class,
          MeanClassifier.class);

  /** Messages that are records of a room that not every build has. */
  private static final List<String> OPTIONAL_RECORDS =
      List.of("longtail.spark.dl4j.GraphTrainingResult");

  /** Messages of other shapes, read and written field by field. */
  private static final List<Class<?>> CLASSES =
      List.of(
          FlatVector.class,
          PerceptualHash.class,
          TrainingState.class,
          ErrorCode.class,
          AnnotationFormat.class,
          SeveralAnnotations.class,
          Round.Due.class,
          TableNames.Place.class,
          Predictions.class,
          FeatureMean.class,
          NearestClassMean.class,
          NearestClassMean.Mode.class,
          NearestClassMean.Similarity.class);

  /** The array classes of the ND4J backends; whichever are on the class path. */
  private static final List<String> ND4J_ARRAYS =
      List.of("org.nd4j.linalg.cpu.nativecpu.NDArray", "org.nd4j.linalg.jcublas.JCublasNDArray");

  /** What Spark, Scala and Deeplearning4j send on behalf of our jobs, by name where not public. */
  private static final List<String> FOREIGN =
      List.of(
          "[Ljava.lang.Object;",
          "[Ljava.lang.String;",
          "[Ljava.lang.Integer;",
          "[[B",
          "[[I",
          "[[J",
          "[[F",
          "[[D",
          "[Lorg.nd4j.linalg.api.ndarray.INDArray;",
          "[Lorg.nd4j.evaluation.IEvaluation;",
          "[Lorg.nd4j.evaluation.classification.Evaluation;",
          "[Lorg.deeplearning4j.eval.Evaluation;",
          "java.lang.Class",
          "java.util.ArrayList",
          "java.util.Arrays$ArrayList",
          "java.util.HashMap",
          "java.util.LinkedHashMap",
          "java.util.TreeMap",
          "java.util.HashSet",
          "java.util.LinkedHashSet",
          "java.util.Optional",
          "java.util.concurrent.atomic.AtomicInteger",
          "java.util.concurrent.atomic.AtomicLong",
          "scala.collection.mutable.WrappedArray$ofRef",
          "scala.collection.convert.Wrappers$SeqWrapper",
          "scala.collection.convert.Wrappers$IteratorWrapper");

  /**
   * What {@code SparkComputationGraph} sends; configurations and evaluations hold many classes,
   * which Java's own serialization knows.
   */
  private static final List<String> SERIALIZABLE =
      List.of(
          "org.nd4j.linalg.dataset.DataSet",
          "org.nd4j.linalg.dataset.MultiDataSet",
          "org.deeplearning4j.spark.api.worker.NetBroadcastTuple",
          "org.nd4j.evaluation.classification.Evaluation",
          "org.deeplearning4j.eval.Evaluation");

  @Override
  public void registerClasses(Kryo kryo) {
    registerArrays(kryo);
    UnmodifiableCollectionsSerializer.registerSerializers(kryo);
    SynchronizedCollectionsSerializer.registerSerializers(kryo);
    ImmutableCollectionSerializer.register(kryo);
    FOREIGN.forEach(name -> find(name).ifPresent(kryo::register));
    SERIALIZABLE.forEach(name -> register(kryo, name, new JavaSerializer()));
    RECORDS.forEach(type -> registerRecord(kryo, type));
    OPTIONAL_RECORDS.forEach(
        name -> find(name).ifPresent(type -> registerRecord(kryo, type.asSubclass(Record.class))));
    CLASSES.forEach(kryo::register);
  }

  private static void registerArrays(Kryo kryo) {
    ND4J_ARRAYS.forEach(name -> register(kryo, name, new Nd4jSerializer()));
    kryo.register(AtomicDouble.class, new AtomicDoubleSerializer());
  }

  private static void registerRecord(Kryo kryo, Class<? extends Record> type) {
    kryo.register(type, new RecordSerializer<>(type));
    // Results come back as arrays of messages.
    kryo.register(type.arrayType());
  }

  private static void register(Kryo kryo, String name, Serializer<?> serializer) {
    find(name).ifPresent(type -> kryo.register(type, serializer));
  }

  private static Optional<Class<?>> find(String name) {
    try {
      return Optional.of(Class.forName(name, false, LongTailRegistrator.class.getClassLoader()));
    } catch (ClassNotFoundException e) {
      // Another backend, or another version of Spark or Scala that does not send it.
      return Optional.empty();
    }
  }
}
