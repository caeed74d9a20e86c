package longtail.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import longtail.dataset.format.Annotations;
import longtail.dataset.format.CollectionImages;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;
import longtail.storage.FileSystems;
import org.apache.hadoop.conf.Configuration;

/** Long-tail profiles, the subsets of the published code, and annotation files. */
public final class DatasetGolden implements GoldenCheck {
  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(
            Seed.BOT,
            "longtail_counts*",
            "cao_cifar_subset_*",
            "convert_imagenet_lt*",
            "convert_inat18*",
            "convert_tfrecord*")
        || golden.matches(
            Seed.GLMC,
            "class_counts_exp_*",
            "cifar_subset_given_draws*",
            "cifar10_subset_*",
            "image_list_file*")
        || golden.matches(Seed.METASAUG, "meta_split_*")
        || golden.matches(Seed.BALMS, "cifar_lt_counts*");
  }

  @Override
  public void run(GoldenCase golden) throws IOException {
    switch (golden.seed()) {
      case BALMS -> countsByName(golden);
      case METASAUG -> metaSplit(golden);
      case GLMC -> glmc(golden);
      case BOT -> bot(golden);
    }
  }

  private static void bot(GoldenCase golden) throws IOException {
    if (golden.name().startsWith("longtail_counts")) {
      countsBySetting(golden);
    } else if (golden.name().startsWith("convert_imagenet_lt")) {
      imageNetLists(golden);
    } else if (golden.name().startsWith("convert_inat18")) {
      inatJson(golden);
    } else if (golden.has("images_rgb_hwc")) {
      tfRecords(golden);
    } else if (golden.has("targets")) {
      ldamSubset(golden);
    } else {
      ldamSubsetRanks(golden);
    }
  }

  private static void glmc(GoldenCase golden) throws IOException {
    if (golden.name().startsWith("class_counts_exp")) {
      countsByRate(golden);
    } else if (golden.name().startsWith("image_list_file")) {
      listFile(golden);
    } else if (golden.has("draws_concat")) {
      givenDraws(golden);
    } else {
      glmcSubset(golden);
    }
  }

  private static LongTailProfile profile(String type, double ratio) {
    return switch (type) {
      case "exp" -> new LongTailProfile.Exponential(ratio);
      case "step" -> new LongTailProfile.Step(ratio);
      default -> new LongTailProfile.Exponential(1);
    };
  }

  private static void countsBySetting(GoldenCase golden) {
    JsonNode settings = golden.params().path("settings");
    for (int j = 0; j < settings.size(); j++) {
      JsonNode setting = settings.get(j);
      ClassCounts counts =
          profile(setting.path("imb_type").asText(), setting.path("imb_factor").asDouble())
              .counts(
                  setting.path("images_per_class").asDouble(), setting.path("num_classes").asInt());
      golden.check("counts_" + j, counts.toArray());
      assertThat(counts.total()).isEqualTo(setting.path("total").asInt());
    }
  }

  /** The name of a tensor is {@code c<classes>_if<imbalance factor>_<type>}. */
  private static void countsByName(GoldenCase golden) {
    for (String output : golden.outputs()) {
      String[] parts = output.split("_", -1);
      int classes = Integer.parseInt(parts[0].substring("c".length()));
      double factor = Double.parseDouble(parts[1].substring("if".length()));
      double largest = golden.params().path("train_size").asDouble() / classes;
      golden.check(output, profile(parts[2], 1 / factor).counts(largest, classes).toArray());
    }
  }

  private static void countsByRate(GoldenCase golden) {
    int classes = golden.params().path("num_classes").asInt();
    double largest = golden.params().path("n_max").asDouble();
    List<ClassCounts> counts =
        Arrays.stream(golden.tensor("rates").values())
            .mapToObj(rate -> new LongTailProfile.Exponential(rate).counts(largest, classes))
            .toList();
    golden.check("counts", counts.stream().flatMapToInt(c -> Arrays.stream(c.toArray())).toArray());
    golden.check("total", counts.stream().mapToInt(ClassCounts::total).toArray());
  }

  private static void ldamSubset(GoldenCase golden) {
    JsonNode params = golden.params();
    int[] labels = golden.tensor("targets").ints();
    int classes = params.path("num_classes").asInt();
    ClassCounts wanted =
        profile(params.path("imb_type").asText(), params.path("imb_factor").asDouble())
            .counts((double) labels.length / classes, classes);
    int[] kept =
        new SubsetSelection.NumpyShuffle(params.path("seed").asLong()).select(labels, wanted);
    golden.check("kept_index", kept);
    golden.check("kept_label", at(labels, kept));
    golden.check("class_counts", wanted.toArray());
  }

  /** The class members may lie anywhere: only ranks within the class are compared. */
  private static void ldamSubsetRanks(GoldenCase golden) {
    JsonNode params = golden.params();
    int classes = params.path("num_classes").asInt();
    int perClass = params.path("images_per_class").asInt();
    ClassCounts wanted =
        profile("exp", params.path("imb_factor").asDouble()).counts(perClass, classes);
    int[][] kept = keptByClass(classes, perClass, wanted, params.path("seed").asLong());
    golden.check("class_counts", wanted.toArray());
    golden.check(
        "first5_rank",
        Arrays.stream(kept)
            .flatMapToInt(k -> Arrays.stream(k, 0, 5).map(i -> i / classes))
            .toArray());
    golden.check(
        "checksum",
        Arrays.stream(kept)
            .mapToLong(
                k -> IntStream.range(0, k.length).mapToLong(j -> (j + 1L) * (k[j] / classes)).sum())
            .toArray());
  }

  private static void glmcSubset(GoldenCase golden) {
    int[] counts = golden.tensor("class_counts").ints();
    int classes = counts.length;
    int perClass = counts[0];
    ClassCounts wanted =
        profile("exp", golden.params().path("rate").asDouble()).counts(perClass, classes);
    int[][] kept =
        keptByClass(classes, perClass, wanted, golden.params().path("numpy_seed").asLong());
    golden.check("class_counts", wanted.toArray());
    golden.check("first5", Arrays.stream(kept).flatMapToInt(k -> Arrays.stream(k, 0, 5)).toArray());
    golden.check(
        "last5",
        Arrays.stream(kept).flatMapToInt(k -> Arrays.stream(k, k.length - 5, k.length)).toArray());
    golden.check(
        "sum_per_class",
        Arrays.stream(kept).mapToLong(k -> Arrays.stream(k).asLongStream().sum()).toArray());
  }

  /** Kept positions per class in draw order, where image i is of class {@code i % classes}. */
  private static int[][] keptByClass(int classes, int perClass, ClassCounts wanted, long seed) {
    int[] labels = IntStream.range(0, classes * perClass).map(i -> i % classes).toArray();
    int[] kept = new SubsetSelection.NumpyShuffle(seed).select(labels, wanted);
    return IntStream.range(0, classes)
        .mapToObj(c -> Arrays.stream(kept).filter(i -> labels[i] == c).toArray())
        .toArray(int[][]::new);
  }

  private static void givenDraws(GoldenCase golden) {
    int[] labels = golden.tensor("labels").ints();
    int classes = golden.params().path("num_classes").asInt();
    ClassCounts wanted =
        profile("exp", golden.params().path("rate").asDouble())
            .counts((double) labels.length / classes, classes);
    int[] kept =
        ClassSubset.inDrawOrder(
            labels, wanted, consecutive(golden.tensor("draws_concat").ints(), Taken.WANTED));
    golden.check("kept_index", kept);
    golden.check("kept_label", at(labels, kept));
    golden.check("class_counts", wanted.toArray());
  }

  private static void metaSplit(GoldenCase golden) {
    int[] labels = golden.tensor("labels").ints();
    MetaSplit split =
        MetaSplit.of(
            labels,
            golden.params().path("num_classes").asInt(),
            golden.params().path("num_meta").asInt(),
            consecutive(golden.tensor("perms").ints(), Taken.MEMBERS));
    golden.check("meta_index", split.meta());
    golden.check("train_index", split.train());
  }

  /** How many of the given positions belong to each class. */
  private enum Taken {
    WANTED,
    MEMBERS
  }

  private static ClassDraw consecutive(int[] positions, Taken taken) {
    int[] next = {0};
    return (c, members, wanted) -> {
      int first = next[0];
      next[0] += taken == Taken.WANTED ? wanted : members;
      return Arrays.copyOfRange(positions, first, first + wanted);
    };
  }

  private static void listFile(GoldenCase golden) throws IOException {
    String root = golden.params().path("root").asText();
    AnnotatedSet set = read(AnnotationFormat.LIST, golden.params().path("text").asText(), root, 0);
    golden.check("labels", set.labels());
    golden.check("class_counts", set.counts().toArray());
    assertThat(path(root, set.annotations().get(0)))
        .isEqualTo(golden.params().path("first_path").asText());
  }

  private static void imageNetLists(GoldenCase golden) throws IOException {
    JsonNode params = golden.params();
    String root = params.path("image_path").asText();
    for (String split : List.of("train", "val")) {
      JsonNode expected = params.path("expected_" + split);
      String lines =
          strings(params.path(split.equals("train") ? "train_lines" : "test_lines")).stream()
              .collect(Collectors.joining("\n"));
      int classes = expected.path("num_classes").asInt();
      check(read(AnnotationFormat.LIST, lines, root, classes), root, expected);
    }
  }

  private static void inatJson(GoldenCase golden) throws IOException {
    JsonNode params = golden.params();
    String root = params.path("image_path").asText();
    check(
        read(AnnotationFormat.INAT, params.path("source").toString(), root, 0),
        root,
        params.path("expected"));
  }

  private static void tfRecords(GoldenCase golden) throws IOException {
    Path file = Files.createTempFile("golden", ".tfrecords");
    try {
      Files.write(file, golden.file("sample.tfrecords"));
      ImageCollection collection =
          ImageCollection.of(AnnotationFormat.CIFAR, file.toString(), "", "train");
      AnnotatedSet set = Annotations.read(collection, new Configuration());
      golden.check("labels", set.labels());
      golden.check("images_rgb_hwc", pixels(set, collection));
    } finally {
      Files.delete(file);
    }
  }

  private static int[] pixels(AnnotatedSet set, ImageCollection collection) throws IOException {
    List<Integer> pixels = new ArrayList<>();
    try (CollectionImages source = CollectionImages.open(collection, new Configuration())) {
      for (Annotation annotation : set.annotations()) {
        for (byte value : ((ImageContent.Pixels) source.read(annotation)).rgb()) {
          pixels.add(value & 0xFF);
        }
      }
    }
    return pixels.stream().mapToInt(Integer::intValue).toArray();
  }

  private static void check(AnnotatedSet got, String root, JsonNode expected) {
    assertThat(got.classes()).isEqualTo(expected.path("num_classes").asInt());
    List<String> want = new ArrayList<>();
    for (JsonNode a : expected.path("annotations")) {
      want.add(
          String.join(
              " ",
              a.path("image_id").asText(),
              a.path("category_id").asText(),
              a.path("fpath").asText(),
              a.path("im_height").asText("0"),
              a.path("im_width").asText("0")));
    }
    assertThat(got.annotations())
        .extracting(
            a ->
                String.join(
                    " ",
                    a.imageId(),
                    Integer.toString(a.label()),
                    path(root, a),
                    Integer.toString(a.height()),
                    Integer.toString(a.width())))
        .isEqualTo(want);
  }

  private static String path(String root, Annotation annotation) {
    return FileSystems.resolve(root, annotation.path()).toString();
  }

  private static AnnotatedSet read(AnnotationFormat format, String text, String root, int classes)
      throws IOException {
    Path file = Files.createTempFile("golden", ".txt");
    try {
      Files.writeString(file, text);
      return Annotations.read(
          new ImageCollection(format, file.toString(), root, "train", classes),
          new Configuration());
    } finally {
      Files.delete(file);
    }
  }

  private static List<String> strings(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }

  private static int[] at(int[] values, int[] positions) {
    return Arrays.stream(positions).map(i -> values[i]).toArray();
  }
}
