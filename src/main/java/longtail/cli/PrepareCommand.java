package longtail.cli;

import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.config.Yaml;
import longtail.dataset.AnnotationFormat;
import longtail.dataset.ClassList;
import longtail.dataset.ImageCollection;
import longtail.dataset.Manifest;
import longtail.dataset.Normalization;
import longtail.dataset.Shots;
import longtail.dataset.SplitPart;
import longtail.dataset.SplitShares;
import longtail.dataset.SubsetSelection;
import longtail.shard.ShardedDataset;
import longtail.spark.prepare.BadLimit;
import longtail.spark.prepare.ImageEncoding;
import longtail.spark.prepare.PrepareJob;
import longtail.spark.prepare.PrepareOptions;
import longtail.spark.prepare.PrepareSource;
import longtail.spark.prepare.PrepareSummary;
import longtail.storage.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code prepare}: annotated images to shards. */
@Command(
    name = "prepare",
    description =
        "Turns an annotated image collection into a sharded dataset, as a Spark job. Images that"
            + " cannot be read go to quarantine.jsonl with the reason. An interrupted run is"
            + " continued by the same command. All paths are of any Hadoop file system.")
final class PrepareCommand implements Callable<Integer> {
  /** Where the images come from: a manifest, or annotations and images by name. */
  static final class Source {
    @Option(
        names = "--manifest",
        required = true,
        paramLabel = "FILE",
        description = "A dataset of data-manifests/.")
    String manifest;

    @ArgGroup(exclusive = false)
    Named named;
  }

  /** A collection without a manifest. */
  static final class Named {
    @Option(
        names = "--format",
        required = true,
        description = "How it is annotated: ${COMPLETION-CANDIDATES}.")
    AnnotationFormat format;

    @Option(
        names = "--annotations",
        paramLabel = "FILE",
        defaultValue = "",
        description =
            "Annotation file or CIFAR archive; of csv, parquet and webdataset the tables or tar"
                + " files (parquet, webdataset: a directory or a pattern, too); not used by the"
                + " format folder. Of the format cifar also the directory of the TFRecord files of"
                + " Cui's CIFAR-LT (2019), such as cifar-10-data-im-0.01: 12,406 images, 13,996 with"
                + " 0.02; cifar-100-data-im-0.01: 10,847, 12,608 with 0.02.")
    String annotations;

    @Option(
        names = "--images",
        paramLabel = "DIR",
        defaultValue = "",
        description =
            "Directory that image paths are relative to (csv and parquet: by default that of the"
                + " table); of the format folder, the directory of the class folders.")
    String images;

    /** The split {@code split} of the collection. */
    PrepareSource source(String split, FieldOptions fields, Configuration conf) {
      if (format != AnnotationFormat.FOLDER && annotations.isEmpty()) {
        throw new LongTailException(ErrorCode.USAGE, "--annotations is missing");
      }
      requireGroups(fields);
      ImageCollection collection =
          ImageCollection.of(format, annotations, directory(), split).withFields(fields.fields());
      return PrepareSource.of(collection.qualified(conf));
    }

    private void requireGroups(FieldOptions fields) {
      boolean named =
          switch (format) {
            case LIST, CIFAR, FOLDER -> false;
            case INAT, LONGTAIL, CSV, PARQUET, WEBDATASET -> true;
          };
      if (!named && !fields.fields().group().isEmpty()) {
        throw new LongTailException(
            ErrorCode.USAGE,
            "--group-column names a field, and the format %s has none; tell the groups by their paths with --group-pattern"
                .formatted(format));
      }
    }

    private String directory() {
      return switch (format) {
        case CIFAR, WEBDATASET -> "";
        case CSV, PARQUET -> images.isEmpty() ? beside(annotations) : images;
        case INAT, LONGTAIL, LIST, FOLDER -> {
          if (images.isEmpty()) {
            throw new LongTailException(ErrorCode.USAGE, "--images is missing");
          }
          yield images;
        }
      };
    }

    /** The directory that a table lies in. */
    private static String beside(String table) {
      Path directory = FileSystems.path(table).getParent();
      return directory == null || directory.toString().isEmpty() ? "." : directory.toString();
    }
  }

  /** The classes, where the annotations do not say all of them. */
  static final class Classes {
    @Option(
        names = "--classes",
        paramLabel = "FILE",
        description =
            "Names of the classes, one a line in the order of their numbers. Classes are found by"
                + " name, and need not all have images.")
    Optional<String> file = Optional.empty();

    @Option(
        names = "--classes-from",
        paramLabel = "DIR",
        description = "As --classes, those of a prepared dataset, such as the training set.")
    Optional<String> dataset = Optional.empty();

    @Option(
        names = "--class-count",
        paramLabel = "N",
        description =
            "Number of classes, where the annotations have no names (default: what they say, else"
                + " the largest label and one).")
    Optional<Integer> count = Optional.empty();

    PrepareSource appliedTo(PrepareSource images, Configuration conf) {
      return file.map(list -> images.withClassNames(ClassList.read(list, conf)))
          .or(
              () ->
                  dataset.map(
                      from -> images.withClassNames(ShardedDataset.open(from, conf).classNames())))
          .or(() -> count.map(number -> Arguments.checked(() -> images.withClasses(number))))
          .orElse(images);
    }
  }

  private final PrintStream out;

  @ArgGroup(multiplicity = "1")
  Source source;

  @Option(
      names = "--root",
      paramLabel = "DIR",
      description = "Directory of the manifest's files, instead of the one it names.")
  Optional<String> root = Optional.empty();

  @Option(
      names = "--split",
      paramLabel = "NAME|SHARES",
      defaultValue = "train",
      description =
          "Split of the manifest or archive (default ${DEFAULT-VALUE}); or shares such as 80:10:10,"
              + " which divide the images class by class into the datasets train, validation and"
              + " test below the output.")
  String split;

  @Option(names = "--output", required = true, paramLabel = "DIR", description = "Where to write.")
  String output;

  @Option(
      names = "--shards",
      defaultValue = "0",
      description = "Number of shards; 0 = one per 16384 images, at least 8.")
  int shards;

  @Option(
      names = "--resize",
      defaultValue = "0",
      description = "Length of the shorter side in pixels; 0 = as it is.")
  int resize;

  @Option(
      names = "--encoding",
      defaultValue = "automatic",
      description =
          "How images are stored: ${COMPLETION-CANDIDATES} (automatic: JPEG, or PNG for CIFAR).")
  ImageEncoding encoding;

  @Option(names = "--keep-bytes", description = "Keep the bytes of the image files untouched.")
  boolean keepBytes;

  @Option(
      names = "--quality",
      defaultValue = "0.95",
      description = "Quality of JPEG, above 0 to 1 (default ${DEFAULT-VALUE}).")
  double quality;

  @Mixin DecodingMixin decoding;

  @Option(
      names = "--max-bad",
      defaultValue = "10",
      paramLabel = "N|SHARE",
      description =
          "Images that may go to quarantine: a number, or a share of all such as 1%% or 0.01"
              + " (default ${DEFAULT-VALUE}).")
  String maxBad;

  @Option(
      names = "--seed",
      defaultValue = "0",
      description = "Seed of the order of the images (default ${DEFAULT-VALUE}).")
  long seed;

  @Option(
      names = "--imbalance-factor",
      paramLabel = "FACTOR",
      description = "Cut the training split to this imbalance, instead of the manifest's.")
  Optional<Double> imbalanceFactor = Optional.empty();

  @Option(
      names = "--meta-per-class",
      paramLabel = "N",
      description =
          "Images of each class that are set aside as the dataset DIR-meta (default: what the"
              + " manifest says, else none).")
  Optional<Integer> metaPerClass = Optional.empty();

  @Option(
      names = "--subset",
      paramLabel = "CHOICE",
      description =
          "Which images stay where a long tail is cut: seeded, numpy-shuffle (LDAM and Bag of"
              + " Tricks; with seed 3407 GLMC) or python-shuffle (MetaSAug), with another seed as"
              + " '{type: numpy-shuffle, seed: 3407}' (default: what the manifest says).")
  Optional<String> subset = Optional.empty();

  @Option(
      names = "--meta-subset",
      paramLabel = "CHOICE",
      description =
          "The same for the images of the meta set; MetaSAug's is '{type: numpy-shuffle, seed: 6}'.")
  Optional<String> metaSubset = Optional.empty();

  @Option(
      names = "--shots",
      paramLabel = "LIMITS",
      description =
          "Which classes have many and few training images, such as '>100,<20' or, as GLMC counts"
              + " them, '>100,<=20' (default: what the manifest says, else '>100,<20').")
  Optional<String> shots = Optional.empty();

  @Option(
      names = "--normalization",
      paramLabel = "NAME|YAML",
      description =
          "How training and evaluation normalise the pixels: imagenet, cifar, cifar10,"
              + " cifar-metasaug, inaturalist, none, or '{mean: [R, G, B], std: [R, G, B]}' of"
              + " pixels from 0 to 1 (default: what the manifest says, else imagenet).")
  Optional<String> normalization = Optional.empty();

  @ArgGroup Classes classes;

  @Mixin FieldOptions fields;

  @Mixin SparkOptions spark;

  PrepareCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    PrepareOptions options =
        Arguments.checked(
            () ->
                new PrepareOptions(
                    shards,
                    resize,
                    keepBytes ? ImageEncoding.KEEP : encoding,
                    quality,
                    decoding.orientation(),
                    BadLimit.parse(maxBad),
                    decoding.limit(),
                    seed));
    PrepareSource images = images(new Configuration());
    try (JavaSparkContext context = spark.open("longtail prepare " + images.name())) {
      for (PrepareSummary prepared : prepare(context, images, options)) {
        out.print(prepared.table());
      }
    }
    return 0;
  }

  private List<PrepareSummary> prepare(
      JavaSparkContext context, PrepareSource images, PrepareOptions options) {
    return shares()
        .map(shares -> PrepareJob.divide(context, images, shares, options, output, out))
        .orElseGet(() -> List.of(PrepareJob.run(context, images, options, output, out)));
  }

  private Optional<SplitShares> shares() {
    return SplitShares.isMeant(split)
        ? Optional.of(Arguments.checked(() -> SplitShares.parse(split)))
        : Optional.empty();
  }

  /** The split of the source that is prepared or divided. */
  private String sourceSplit() {
    return shares().isPresent() ? SplitPart.TRAIN.title() : split;
  }

  private PrepareSource images(Configuration conf) {
    PrepareSource images =
        source.named == null
            ? fromManifest(conf)
            : source.named.source(sourceSplit(), fields, conf);
    if (classes != null) {
      images = classes.appliedTo(images, conf);
    }
    if (imbalanceFactor.isPresent()) {
      double factor = imbalanceFactor.get();
      PrepareSource uncut = images;
      images = Arguments.checked(() -> uncut.withImbalanceFactor(factor));
    }
    if (normalization.isPresent()) {
      images =
          images.withNormalization(Normalization.parse(normalization.get(), "--normalization"));
    }
    images = metaPerClass.map(images::withMetaPerClass).orElse(images);
    images =
        shots
            .map(text -> Arguments.checked(() -> Shots.parse(text)))
            .map(images::withShots)
            .orElse(images);
    images = subset.map(selection("--subset")).map(images::withSubset).orElse(images);
    return metaSubset.map(selection("--meta-subset")).map(images::withMetaSubset).orElse(images);
  }

  /** A choice as an experiment file writes it: by its name, or with its keys. */
  private record Choice(SubsetSelection subset) {}

  private static Function<String, SubsetSelection> selection(String option) {
    return text -> Yaml.read("subset: " + text, option, Choice.class).subset();
  }

  private PrepareSource fromManifest(Configuration conf) {
    Manifest manifest = Manifest.load(source.manifest, conf);
    return PrepareSource.of(
        root.map(manifest::withRoot).orElse(manifest), source.manifest, sourceSplit());
  }
}
