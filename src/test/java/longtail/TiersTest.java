package longtail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.lang.annotation.Annotation;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Tags;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;

/**
 * Tests that need Spark are tagged, so that {@code ./mvnw test} stays short and {@code ./mvnw
 * verify} forgets none. What this cannot see, a command that opens a context, {@link SparkRefused}
 * finds.
 */
class TiersTest {
  private static final Set<String> CONTEXTS =
      Set.of(
          "org.apache.spark.SparkContext",
          "org.apache.spark.api.java.JavaSparkContext",
          "org.apache.spark.sql.SparkSession");

  private static final List<Class<? extends Annotation>> TESTS =
      List.of(Test.class, ParameterizedTest.class, RepeatedTest.class, TestFactory.class);

  /** The tags that {@code pom.xml} knows. */
  private static final Set<String> TIERS = Set.of("spark", "slow", "minutes");

  private static JavaClasses classes;

  @BeforeAll
  static void importTests() {
    classes =
        new ClassFileImporter()
            .importUrl(TiersTest.class.getProtectionDomain().getCodeSource().getLocation());
  }

  private static Stream<JavaClass> tests() {
    return classes.stream()
        .filter(type -> !type.getModifiers().contains(JavaModifier.ABSTRACT))
        .filter(type -> type.getAllMethods().stream().anyMatch(TiersTest::isTest));
  }

  private static boolean isTest(JavaMethod method) {
    return TESTS.stream().anyMatch(method::isAnnotatedWith);
  }

  @Test
  void whoeverOpensASparkContextIsTagged() {
    Set<String> users = new TreeSet<>();
    Set<String> untagged = new TreeSet<>();
    tests()
        .filter(TiersTest::reachesSpark)
        .forEach(
            type -> {
              users.add(type.getName());
              if (!tagged(type, "spark")) {
                untagged.add(type.getName());
              }
            });
    assertThat(users).as("tests with a context of their own").hasSizeGreaterThan(10);
    assertThat(untagged).as("tests that use Spark without @Tag(\"spark\")").isEmpty();
  }

  @Test
  void testsOnClustersAreTaggedTooOrNobodyRunsThem() {
    assertThat(tests().filter(type -> type.getName().endsWith("IT")))
        .isNotEmpty()
        .allMatch(type -> tagged(type, "spark"), "has @Tag(\"spark\")");
  }

  @Test
  void everyTestHasANameThatIsRun() {
    assertThat(tests().filter(JavaClass::isTopLevelClass).map(JavaClass::getSimpleName))
        .hasSizeGreaterThan(100)
        .allMatch(name -> name.matches("\\w+(Test|IT)"), "ends in Test or IT");
  }

  @Test
  void noTagIsMisspelt() {
    Set<String> tags = new TreeSet<>();
    for (JavaClass type : classes) {
      tags.addAll(
          tags(
              type.tryGetAnnotationOfType(Tag.class).stream(),
              type.tryGetAnnotationOfType(Tags.class).stream()));
      for (JavaMethod method : type.getMethods()) {
        tags.addAll(
            tags(
                method.tryGetAnnotationOfType(Tag.class).stream(),
                method.tryGetAnnotationOfType(Tags.class).stream()));
      }
    }
    assertThat(TIERS).containsAll(tags);
  }

  @Test
  void theFastTierOpensNoContext() {
    assertThatThrownBy(SparkRefused::new).hasMessageContaining("@Tag(\"spark\")");
  }

  private static List<String> tags(Stream<Tag> one, Stream<Tags> several) {
    return Stream.concat(one, several.flatMap(tags -> Stream.of(tags.value())))
        .map(Tag::value)
        .toList();
  }

  private static boolean tagged(JavaClass type, String tag) {
    return tags(
                type.tryGetAnnotationOfType(Tag.class).stream(),
                type.tryGetAnnotationOfType(Tags.class).stream())
            .contains(tag)
        || type.getEnclosingClass().filter(outer -> tagged(outer, tag)).isPresent();
  }

  /** Whether {@code test} uses a context itself or through other classes of the tests. */
  private static boolean reachesSpark(JavaClass test) {
    Set<JavaClass> seen = new HashSet<>(Set.of(test));
    Deque<JavaClass> next = new ArrayDeque<>(seen);
    while (!next.isEmpty()) {
      for (var dependency : next.pop().getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass().getBaseComponentType();
        if (CONTEXTS.contains(target.getName())) {
          return true;
        }
        if (classes.contain(target.getName()) && seen.add(classes.get(target.getName()))) {
          next.push(classes.get(target.getName()));
        }
      }
    }
    return false;
  }
}
