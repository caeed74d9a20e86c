package longtail;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import longtail.method.Sums;
import longtail.nn.backbone.Backbone;
import longtail.nn.head.Head;
import longtail.nn.head.HeadWeights;
import longtail.storage.FileSystems;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A room (package) may use the rooms before it in this list, never one after it. */
class RoomsTest {
  private static final List<String> ROOMS =
      List.of(
          "longtail",
          "longtail.collective",
          "longtail.config",
          "longtail.storage",
          "longtail.dataset",
          "longtail.dataset.format",
          "longtail.image",
          "longtail.image.codec",
          "longtail.image.augment.tone",
          "longtail.image.augment.geometry",
          "longtail.image.augment.object",
          "longtail.image.augment",
          "longtail.image.synth",
          "longtail.shard",
          "longtail.sample",
          "longtail.nn.kernel.cuda",
          "longtail.nn.kernel.cuda.driver",
          "longtail.nn.kernel",
          "longtail.nn.layer",
          "longtail.nn.backbone",
          "longtail.nn.head",
          "longtail.nn.graph",
          "longtail.nn",
          "longtail.nn.weights",
          "longtail.nn.onnx",
          "longtail.statistics",
          "longtail.loss",
          "longtail.mix",
          "longtail.optim",
          "longtail.method",
          "longtail.method.supervised",
          "longtail.method.bbn",
          "longtail.method.centroids",
          "longtail.method.distill",
          "longtail.method.glmc",
          "longtail.method.metasampler",
          "longtail.method.metasaug",
          "longtail.method.priority",
          "longtail.train.experiment",
          "longtail.train.checkpoint",
          "longtail.train.data",
          "longtail.train",
          "longtail.eval",
          "longtail.report",
          "longtail.spark.job",
          "longtail.spark.prepare",
          "longtail.spark.inspect",
          "longtail.spark.evaluate",
          "longtail.spark.cam",
          "longtail.spark.predict",
          "longtail.spark.round",
          "longtail.spark.ml",
          "longtail.spark.dl4j",
          "longtail.spark",
          "longtail.bench",
          "longtail.cli");

  /** Types of an inner room that are meant for all; its others are for its parent room alone. */
  private static final Map<String, Set<String>> OPEN =
      Map.ofEntries(
          open(
              "longtail.dataset.format",
              "Annotations",
              "CollectionImages",
              "LeftOut",
              "TableImages",
              "TableNames",
              "TablePlace",
              "TarMembers"),
          open("longtail.image.codec", "ImageCodec", "Orientation", "PixelLimit"),
          open("longtail.image.augment.tone"),
          open("longtail.image.augment.geometry", "Resampling"),
          open("longtail.image.augment.object", "Foreground", "ObjectBounds", "ObjectOperator"),
          open("longtail.method.supervised", "Supervised"),
          open("longtail.method.bbn", "Bbn"),
          open("longtail.method.centroids", "DiscriminativeCentroids"),
          open("longtail.method.distill", "Distill"),
          open("longtail.method.glmc", "Glmc"),
          open("longtail.method.metasampler", "BalancedMetaSoftmax"),
          open("longtail.method.metasaug", "AugmentationRatio", "CovarianceLearning", "Metasaug"),
          open("longtail.method.priority", "ClassPriorities", "ImagePriorities"),
          open(
              "longtail.train.experiment",
              "Averaging",
              "CheckpointPlan",
              "Cursor",
              "Freeze",
              "DataPlan",
              "EarlyStop",
              "ExperimentDifference",
              "Plateau",
              "Tracking",
              "EvaluationPlan",
              "Experiment",
              "Loading",
              "MemoryEstimate",
              "Model",
              "Published",
              "Round",
              "Rounds",
              "Stage"),
          open(
              "longtail.train.checkpoint",
              "TrainableSpans",
              "Checkpoint",
              "CheckpointChoice",
              "CheckpointManifest",
              "Checkpoints",
              "FlatVector",
              "ModelFile",
              "PreprocessingChoice",
              "SavedModel",
              "StateShare",
              "TrainingState"),
          open("longtail.train.data", "DecodedShards"),
          open("longtail.spark.job", "TerminalStream"),
          open(
              "longtail.spark.prepare",
              "BadLimit",
              "ImageEncoding",
              "PrepareJob",
              "PrepareOptions",
              "PrepareSource",
              "PrepareSummary"),
          open(
              "longtail.spark.evaluate",
              "EvaluateJob",
              "EvaluateOptions",
              "EvaluateResult",
              "ModelDescription",
              "NearestMeanOptions",
              "OpenSetOptions",
              "OutputStore",
              "PostHoc",
              "StoredEvaluateJob",
              "StoredEvaluateOptions",
              "TrainingCounts"),
          open("longtail.spark.inspect", "InspectJob"),
          open("longtail.spark.cam", "CamJob", "CamOptions", "CamSummary"),
          open(
              "longtail.spark.predict",
              "PredictJob",
              "PredictOptions",
              "PredictSummary",
              "PredictionFormat"),
          open("longtail.spark.round", "TimedSegments", "TrainJob", "TrainOptions", "TrainResult"),
          open(
              "longtail.spark.ml",
              "LongTailClassifier",
              "LongTailModel",
              "PredictionParams",
              "TrainingParams"),
          open("longtail.nn.kernel.cuda"),
          open("longtail.nn.kernel.cuda.driver"),
          open("longtail.spark.dl4j"));

  private static Map.Entry<String, Set<String>> open(String room, String... types) {
    return Map.entry(room, Set.of(types));
  }

  private static JavaClasses classes;

  @BeforeAll
  static void importClasses() {
    classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("longtail");
  }

  @Test
  void everyPackageIsARoom() {
    Set<String> packages = new TreeSet<>();
    for (JavaClass type : classes) {
      packages.add(type.getPackageName());
    }
    assertThat(ROOMS).containsAll(packages);
  }

  @TestFactory
  List<DynamicTest> roomsUseOnlyTheRoomsBeforeThem() {
    return ROOMS.stream()
        .map(room -> DynamicTest.dynamicTest(room, () -> usesOnlyTheRoomsBefore(room)))
        .toList();
  }

  private static void usesOnlyTheRoomsBefore(String room) {
    List<String> later = ROOMS.subList(ROOMS.indexOf(room) + 1, ROOMS.size());
    if (!later.isEmpty()) {
      noClasses()
          .that()
          .resideInAPackage(room)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(later.toArray(String[]::new))
          .allowEmptyShould(true)
          .check(classes);
    }
  }

  @TestFactory
  List<DynamicTest> innerRoomsShowOthersOnlyWhatIsMeantForThem() {
    return OPEN.keySet().stream()
        .sorted()
        .map(room -> DynamicTest.dynamicTest(room, () -> showsOthersOnly(OPEN.get(room), room)))
        .toList();
  }

  private static void showsOthersOnly(Set<String> open, String room) {
    String parent = room.substring(0, room.lastIndexOf('.'));
    noClasses()
        .that()
        .resideOutsideOfPackage(parent + "..")
        .should()
        .dependOnClassesThat(
            DescribedPredicate.describe(
                "are in " + room + " and none of " + open,
                type -> type.getPackageName().equals(room) && !open.contains(topLevel(type))))
        .check(classes);
  }

  private static String topLevel(JavaClass type) {
    return type.getEnclosingClass().map(RoomsTest::topLevel).orElseGet(type::getSimpleName);
  }

  @Test
  void onlyTheSparkRoomAndTheCommandsKnowSpark() {
    noClasses()
        .that()
        .resideOutsideOfPackages("longtail.spark..", "longtail.bench", "longtail.cli")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.spark..", "org.deeplearning4j.spark..")
        .check(classes);
  }

  @Test
  void aSimpleNameStandsOnce() {
    assertThat(
            classes.stream()
                .filter(type -> type.getEnclosingClass().isEmpty())
                .map(JavaClass::getSimpleName)
                .filter(name -> !name.isEmpty() && !name.equals("package-info")))
        .doesNotHaveDuplicates();
  }

  @Test
  void onlyTheFileSystemsMakePathsOfText() {
    // Hadoop's own constructors take a name with a colon for a URI.
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(FileSystems.class.getName())
        .should()
        .callConstructor(Path.class, String.class)
        .orShould()
        .callConstructor(Path.class, String.class, String.class)
        .orShould()
        .callConstructor(Path.class, Path.class, String.class)
        .orShould()
        .callConstructor(Path.class, String.class, Path.class)
        .check(classes);
  }

  @Test
  void storageKnowsHadoopAndErrorsOnly() {
    noClasses()
        .that()
        .resideInAPackage("longtail.storage")
        .should()
        .dependOnClassesThat()
        .resideOutsideOfPackages(
            "longtail",
            "longtail.storage",
            "java..",
            "org.apache.hadoop..",
            "org.apache.parquet..",
            "org.slf4j..")
        .check(classes);
  }

  @Test
  void onlyStorageRenamesAndAppends() {
    noClasses()
        .that()
        .resideOutsideOfPackage("longtail.storage")
        .should()
        .callMethodWhere(
            DescribedPredicate.describe(
                "renames or appends to files",
                call ->
                    call.getTargetOwner().isAssignableTo(FileSystem.class)
                        && Set.of("rename", "append").contains(call.getName())))
        .check(classes);
  }

  @Test
  void dataRoomsKnowNoTensors() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "longtail.storage",
            "longtail.dataset..",
            "longtail.image..",
            "longtail.shard",
            "longtail.sample")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.nd4j..", "org.deeplearning4j..")
        .check(classes);
  }

  @Test
  void methodsLossesAndOptimisersDoNotTouchDeeplearning4j() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "longtail.statistics",
            "longtail.loss",
            "longtail.mix",
            "longtail.optim",
            "longtail.method..",
            "longtail.train..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.deeplearning4j..")
        .allowEmptyShould(true)
        .check(classes);
  }

  @Test
  void methodsDoNotKnowOneAnother() {
    String steps = "longtail.method.supervised"; // priorities only change what it draws
    for (String room : ROOMS) {
      if (room.startsWith("longtail.method.")) {
        noClasses()
            .that()
            .resideInAPackage(room)
            .should()
            .dependOnClassesThat(
                resideInAnyPackage("longtail.method.*").and(not(resideInAnyPackage(room, steps))))
            .check(classes);
      }
    }
  }

  @Test
  void whatTheMethodsShareIsForThemAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage("longtail.method..")
        .should()
        .dependOnClassesThat(equivalentTo(Sums.class))
        .check(classes);
  }

  /** What of the rooms within {@code nn} the rooms beside it may use. */
  private static final Set<String> FACES_OF_NETWORKS =
      Set.of(
          "longtail.nn.kernel.AdamStep",
          "longtail.nn.kernel.FlatVectors",
          "longtail.nn.kernel.GraphicsDevice",
          "longtail.nn.kernel.KernelMemory",
          "longtail.nn.kernel.KernelThreads",
          "longtail.nn.kernel.Profile",
          "longtail.nn.kernel.SgdStep",
          "longtail.nn.layer.BatchMixing",
          "longtail.nn.layer.Branch",
          "longtail.nn.layer.Mode",
          "longtail.nn.layer.Role",
          "longtail.nn.layer.RowBlend",
          "longtail.nn.graph.Architecture",
          "longtail.nn.graph.ImageSize",
          "longtail.nn.graph.MixingPlace",
          "longtail.nn.graph.ParameterBlock");

  @Test
  void theInsideOfNetworksIsVisibleToNetworksAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage("longtail.nn..")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("longtail.nn.kernel", "longtail.nn.layer", "longtail.nn.graph")
                .and(isNoneOf(FACES_OF_NETWORKS)))
        .check(classes);
  }

  @Test
  void onlyWhatAnExperimentFileNamesOfBackbonesAndHeadsIsVisible() {
    noClasses()
        .that()
        .resideOutsideOfPackage("longtail.nn..")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("longtail.nn.backbone")
                .and(not(assignableTo(Backbone.class)))
                .or(
                    resideInAnyPackage("longtail.nn.head")
                        .and(not(assignableTo(Head.class)))
                        .and(not(equivalentTo(HeadWeights.class)))))
        .check(classes);
  }

  private static DescribedPredicate<JavaClass> isNoneOf(Set<String> names) {
    return DescribedPredicate.describe(
        "none of " + names,
        type -> names.stream().noneMatch(name -> outermost(type).getName().equals(name)));
  }

  private static JavaClass outermost(JavaClass type) {
    return type.getEnclosingClass().map(RoomsTest::outermost).orElse(type);
  }
}
