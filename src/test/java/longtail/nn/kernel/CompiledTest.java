package longtail.nn.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;
import org.junit.jupiter.api.Test;

class CompiledTest {
  @Test
  void aClosedPrimitiveLeavesNeitherItselfNorItsDescriptionToTheCollector() {
    memory.desc rows = OneDnn.floats(memory.format_tag.ab, 3, 5);
    memory.desc columns = OneDnn.floats(memory.format_tag.ba, 3, 5);
    reorder.primitive_desc description =
        new reorder.primitive_desc(
            OneDnn.CPU, rows, OneDnn.CPU, columns, OneDnn.attributes(), false);
    reorder operation = new reorder(description);
    Compiled compiled = new Compiled(operation, description);
    assertThat(description.isNull()).isFalse();

    compiled.close();

    assertThat(operation.isNull()).isTrue();
    assertThat(description.isNull()).isTrue();
  }
}
