package longtail.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import longtail.train.experiment.Experiment;
import org.junit.jupiter.api.Test;

/** The README says what an experiment file can choose from, and names nothing that there is not. */
class VocabularyTest {
  private static final Pattern ROW = Pattern.compile("(?m)^\\| ([a-z-]+) \\| (.*`.*) \\|$");
  private static final Pattern NAME = Pattern.compile("`([^`]+)`");

  @Test
  void theReadmeNamesEveryFamilyAndOnlyMembersThatThereAre() throws IOException {
    Map<String, Set<String>> families = new LinkedHashMap<>();
    families(Experiment.class, families);
    List<MatchResult> rows = ROW.matcher(Files.readString(Path.of("README.md"))).results().toList();
    assertThat(rows.stream().map(row -> row.group(1))).containsAll(families.keySet());
    for (MatchResult row : rows) {
      assertThat(families).containsKey(row.group(1));
      assertThat(NAME.matcher(row.group(2)).results().map(name -> name.group(1)))
          .as(row.group(1))
          .isNotEmpty()
          .isSubsetOf(families.get(row.group(1)));
    }
  }

  /**
   * Names of the families that the keys of {@code type} choose from, with their members; a part of
   * a family has no name of its own.
   */
  private static void families(Class<?> type, Map<String, Set<String>> families) {
    for (RecordComponent component : type.getRecordComponents()) {
      Class<?> value = element(component.getGenericType());
      if (value.isRecord()) {
        families(value, families);
      } else if (Family.sealed(value).isEmpty()) {
        Family.of(component)
            .or(() -> Family.of(value))
            .ifPresent(
                family ->
                    families.put(Names.kebab(value.getSimpleName()), family.members().keySet()));
      }
    }
  }

  private static Class<?> element(Type type) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      return element(arguments[arguments.length - 1]);
    }
    return (Class<?>) type;
  }
}
