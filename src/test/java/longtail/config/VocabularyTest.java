package longtail.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import longtail.image.augment.Transform;
import longtail.loss.Loss;
import longtail.method.AugmentationRatio.Linear;
import longtail.method.BalancedMetaSoftmax;
import longtail.method.CovarianceLearning;
import longtail.method.CovarianceLearning.PseudoRate;
import longtail.method.Metasaug;
import longtail.method.Method;
import longtail.mix.Mixture;
import longtail.nn.Backbone;
import longtail.nn.Head;
import longtail.optim.Constraint;
import longtail.optim.Optimizer;
import longtail.optim.Schedule;
import longtail.sample.Sampler;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The README names every member of every family that an experiment file can choose from. */
class VocabularyTest {
  @TestFactory
  Stream<DynamicTest> theReadmeNamesEveryMember() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("README.md"));
    return Stream.of(
            Backbone.class,
            Head.class,
            Loss.class,
            Mixture.class,
            Sampler.class,
            Transform.class,
            Optimizer.class,
            Schedule.class,
            Constraint.class,
            Method.class)
        .map(family -> DynamicTest.dynamicTest(family.getSimpleName(), () -> named(family, lines)));
  }

  /** In the sections that explain the two methods. */
  @TestFactory
  Stream<DynamicTest> theReadmeNamesEveryKeyOfTheMetaLearningMethods() throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    return Stream.concat(
        keys(
            section(readme, "Meta-gradients"),
            Metasaug.class,
            CovarianceLearning.class,
            PseudoRate.class,
            Linear.class),
        keys(section(readme, "Balanced Meta-Softmax"), BalancedMetaSoftmax.class));
  }

  private static String section(String readme, String title) {
    int start = readme.indexOf("\n## " + title);
    return readme.substring(start, readme.indexOf("\n## ", start + 1));
  }

  private static Stream<DynamicTest> keys(String section, Class<?>... records) {
    return Arrays.stream(records)
        .flatMap(record -> Arrays.stream(record.getRecordComponents()))
        .map(component -> Names.kebab(component.getName()))
        .map(
            key ->
                DynamicTest.dynamicTest(
                    key, () -> assertThat(section).containsPattern("`[^`\n]*\\b" + key + "\\b")));
  }

  private static void named(Class<?> family, List<String> lines) {
    String row =
        lines.stream()
            .filter(line -> line.startsWith("| " + Names.kebab(family.getSimpleName()) + " |"))
            .findFirst()
            .orElse("");
    List<String> quoted = members(family, family).stream().map(name -> "`" + name + "`").toList();
    assertThat(row).as("row of the family %s: %s", family.getSimpleName(), quoted).contains(quoted);
  }

  private static List<String> members(Class<?> family, Class<?> root) {
    List<String> names = new ArrayList<>();
    for (Class<?> member : family.getPermittedSubclasses()) {
      if (member.isInterface()) {
        names.addAll(members(member, root));
      } else {
        names.add(Names.member(root, member));
      }
    }
    return names;
  }
}
