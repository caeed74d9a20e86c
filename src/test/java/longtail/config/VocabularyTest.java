package longtail.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import longtail.image.Transform;
import longtail.loss.Loss;
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
