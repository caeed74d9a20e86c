package longtail.spark.predict;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;

class PredictionFilesTest {
  @Test
  void partsHaveTheSameNamesInEveryLanguage() {
    Locale usual = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
    try {
      assertThat("%d".formatted(1)).isNotEqualTo("1");
      assertThat(new PredictionFiles("/out", PredictionFormat.PARQUET).part(7).getName())
          .isEqualTo("part-00007.parquet");
    } finally {
      Locale.setDefault(usual);
    }
  }
}
