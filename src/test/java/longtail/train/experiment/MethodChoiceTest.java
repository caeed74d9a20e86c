package longtail.train.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import longtail.config.OneOf;
import longtail.method.Method;
import org.junit.jupiter.api.Test;

/** A stage chooses from every method that there is. */
class MethodChoiceTest {
  @Test
  void everyMethodIsListed() {
    List<String> methods =
        new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages(Method.class.getPackageName())
                .stream()
                .filter(type -> type.isAssignableTo(Method.class) && !type.isInterface())
                .map(type -> type.getName())
                .toList();
    RecordComponent component =
        Arrays.stream(Stage.class.getRecordComponents())
            .filter(c -> c.getName().equals("method"))
            .findFirst()
            .orElseThrow();
    List<Class<?>> listed = List.of(component.getAnnotation(OneOf.class).value());
    assertThat(listed.stream().map(Class::getName)).containsExactlyInAnyOrderElementsOf(methods);
  }
}
