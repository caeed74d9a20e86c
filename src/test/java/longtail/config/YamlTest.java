package longtail.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import longtail.ErrorCode;
import longtail.LongTailException;
import org.junit.jupiter.api.Test;

class YamlTest {
  enum Shortcut {
    ZERO_PAD,
    PROJECTION
  }

  sealed interface Rule permits StepRule, CosineRule {}

  record StepRule(int size, @Default("0.1") double factor) implements Rule {}

  record CosineRule() implements Rule {}

  record Part(@Default("0.9") double momentum, @Default("cosine") Rule rule) {
    Part {
      if (momentum < 0 || momentum >= 1) {
        throw new IllegalArgumentException("momentum must be in [0, 1), was " + momentum);
      }
    }
  }

  record Whole(
      String name,
      @Default("[1, 2]") int[] milestones,
      @Default("[]") List<Part> parts,
      @Default("zero-pad") Shortcut shortcut,
      @Default("{}") Map<String, Double> factors,
      Optional<String> note) {}

  private static Whole read(String text) {
    return Yaml.read(text, "file.yaml", Whole.class);
  }

  @Test
  void absentKeysTakeTheirDefaults() {
    Whole whole = read("name: run");
    assertThat(whole.milestones()).containsExactly(1, 2);
    assertThat(whole.parts()).isEmpty();
    assertThat(whole.shortcut()).isEqualTo(Shortcut.ZERO_PAD);
    assertThat(whole.note()).isEmpty();
  }

  @Test
  void familiesAreNamedByType() {
    Whole whole =
        read(
            "{name: run, parts: [{rule: {type: step, size: 30}}, {momentum: 5e-1, rule: cosine}]}");
    assertThat(whole.parts())
        .containsExactly(new Part(0.9, new StepRule(30, 0.1)), new Part(0.5, new CosineRule()));
  }

  /** A record with named values. */
  record Point(int x, int y) {
    @Named
    public static Point centre() {
      return new Point(0, 0);
    }

    @Named
    public static Point topRight() {
      return new Point(1, 1);
    }
  }

  record Points(List<Point> points) {}

  @Test
  void aNameMayStandForARecord() {
    Points points = Yaml.read("points: [centre, {x: 3, y: 4}, top-right]", "file", Points.class);
    assertThat(points.points()).containsExactly(new Point(0, 0), new Point(3, 4), new Point(1, 1));
    assertThat(Yaml.nameOf(new Point(1, 1))).contains("top-right");
    assertThat(Yaml.nameOf(new Point(1, 2))).isEmpty();
    assertThatThrownBy(() -> Yaml.read("points: [top-rigth]", "file", Points.class))
        .isInstanceOf(LongTailException.class)
        .hasMessage("file: points.0 'top-rigth' is not known; did you mean 'top-right'?");
  }

  @Test
  void writtenTextReadsBackEqual() {
    Whole whole =
        read("{name: run, note: '7', factors: {a: 2}, parts: [{rule: {type: step, size: 3}}]}");
    String text = Yaml.write(whole);
    assertThat(Yaml.write(read(text))).isEqualTo(text);
    assertThat(read(text).parts()).isEqualTo(whole.parts());
    assertThat(read(text).note()).contains("7");
  }

  @Test
  void unknownKeyNamesTheNearestKnownOne() {
    assertConfigError("{name: run, mile-stones: [3]}", "file.yaml: mile-stones", "milestones");
    assertConfigError("{name: run, parts: [{rule: {type: stop}}]}", "parts.0.rule.type", "step");
    assertConfigError("{name: run, shortcut: zeropad}", "shortcut", "zero-pad");
  }

  @Test
  void wrongValuesNameTheirPath() {
    assertConfigError("{name: run, milestones: [1, x]}", "milestones.1", "whole number", "'x'");
    assertConfigError("{name: run, parts: [{momentum: 2}]}", "parts.0 momentum must be", "2.0");
    assertConfigError("{name: run, parts: [{rule: step}]}", "parts.0.rule.size is missing");
    assertConfigError("milestones: [1]", "name is missing");
    assertConfigError("{name: a, name: b}", "not valid YAML");
  }

  @Test
  void overridesReachIntoListsAndFamilies() {
    Map<String, Object> tree = Yaml.tree("{name: run, parts: [{rule: cosine}]}", "file.yaml");
    Yaml.override(tree, "parts.0.rule.type=step");
    Yaml.override(tree, "parts.0.rule.size=9");
    Yaml.override(tree, "milestones=[4]");
    Whole whole = Yaml.bind(tree, "file.yaml", Whole.class);
    assertThat(whole.parts()).containsExactly(new Part(0.9, new StepRule(9, 0.1)));
    assertThat(whole.milestones()).containsExactly(4);
    assertThatThrownBy(() -> Yaml.override(tree, "parts.1.momentum=0"))
        .hasMessageContaining("index from 0 to 0");
    assertThatThrownBy(() -> Yaml.override(tree, "milestones")).hasMessageContaining("key=value");
  }

  @Test
  void theNextIndexAddsAnElement() {
    Map<String, Object> tree = Yaml.tree("{name: run, parts: [{rule: cosine}]}", "file.yaml");
    Yaml.override(tree, "parts.1={momentum: 0}");
    assertThat(Yaml.bind(tree, "file.yaml", Whole.class).parts())
        .containsExactly(new Part(0.9, new CosineRule()), new Part(0, new CosineRule()));
    assertThatThrownBy(() -> Yaml.override(tree, "parts.3={momentum: 0}"))
        .hasMessageContaining("index from 0 to 2, the last of which adds an element");
  }

  @Test
  void whatDiffersChangesTheKeysThatItNames() {
    String base =
        "{name: a, note: b, factors: {x: 1, y: 2}, parts: [{rule: {type: step, size: 3, factor: 1}}]}";
    assertThat(changed(base, "{name: c, factors: {y: 3, z: 4}}").factors())
        .isEqualTo(Map.of("x", 1.0, "y", 3.0, "z", 4.0));
    assertThat(changed(base, "{factors.y: 3}").factors()).isEqualTo(Map.of("x", 1.0, "y", 3.0));
    assertThat(changed(base, "{note: null, milestones: [9]}").note()).isEmpty();
    assertThat(changed(base, "{parts.0: {momentum: 0, rule: {size: 5}}}").parts())
        .containsExactly(new Part(0, new StepRule(5, 1)));
    assertThat(changed(base, "{parts.0.rule: {type: step, size: 5}}").parts())
        .containsExactly(new Part(0.9, new StepRule(5, 0.1)));
    assertThat(changed(base, "{parts.1: {momentum: 0}}").parts()).hasSize(2);
    assertThat(changed(base, "{parts: [{momentum: 0}]}").parts())
        .containsExactly(new Part(0, new CosineRule()));
  }

  @Test
  void aBareFamilyNameTakesFurtherKeys() {
    assertThat(changed("{name: a, parts: [{rule: step}]}", "{parts.0: {rule: {size: 5}}}").parts())
        .containsExactly(new Part(0.9, new StepRule(5, 0.1)));
  }

  @Test
  void whatCannotBeChangedIsNamed() {
    assertThatThrownBy(() -> changed("{name: a, parts: [{}]}", "{parts.2.momentum: 0}"))
        .isInstanceOfSatisfying(
            LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG))
        .hasMessageContainingAll("other.yaml: cannot change parts.2.momentum", "index from 0 to 0");
    assertThatThrownBy(() -> changed("{name: a, factors: {x: 1}}", "{factors: {x: {y: 1}}}"))
        .hasMessageContaining("below a plain value");
  }

  private static Whole changed(String base, String differences) {
    Map<String, Object> tree = Yaml.tree(base, "file.yaml");
    Yaml.change(tree, Yaml.tree(differences, "other.yaml"), "other.yaml");
    return Yaml.bind(tree, "file.yaml", Whole.class);
  }

  private static void assertConfigError(String text, String... parts) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOfSatisfying(
            LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG))
        .hasMessageContainingAll(parts);
  }
}
