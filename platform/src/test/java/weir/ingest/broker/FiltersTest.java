package weir.ingest.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiltersTest {

  @ParameterizedTest
  @CsvSource({
    "a/b,       a/b,   true",
    "a/+,       a/b,   true",
    "a/b,       a/+,   false",
    "a/+/c,     a/+,   false",
    "a/+,       a/+/c, false",
    "a/#,       a,     true",
    "a/#,       a/+/c, true",
    "a/#,       a/#,   true",
    "a/+,       a/#,   false",
    "#,         a/#,   true",
    "a/b/#,     a/+/c, false",
  })
  void knowsWhichCoversWhich(String wide, String narrow, boolean covers) {
    assertThat(Filters.covers(wide, narrow)).isEqualTo(covers);
  }

  @Test
  void leavesOutWhatAnotherCovers() {
    assertThat(Filters.widest(List.of("a/+", "a/b", "b/#", "b", "a/+", "c/d")))
        .containsExactly("a/+", "b/#", "c/d");
  }
}
