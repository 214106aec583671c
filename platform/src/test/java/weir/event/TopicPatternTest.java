package weir.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.event.TopicPattern.Overlap;

class TopicPatternTest {

  @Test
  void namesTheFieldsOfATopic() {
    TopicPattern pattern = TopicPattern.parse("cmnd/{device_id}/{mode}/{connector}/{component}");

    assertThat(pattern.fields()).containsExactly("device_id", "mode", "connector", "component");
    assertThat(pattern.match("cmnd/f2-1/alarm-mode/J1/motion-sensor-1"))
        .containsExactly("f2-1", "alarm-mode", "J1", "motion-sensor-1");
  }

  @ParameterizedTest
  @CsvSource({
    "iot/{id}/raw, iot/a/raw, true",
    "iot/{id}/raw, iot/a/b/raw, false",
    "iot/{id}/raw, iot//raw, false",
    "iot/{id}/raw, iot/a, false",
    "iot/{id}/raw, iot/a/, false",
    "iot/{id}/raw, iot/a/raw/, false",
    "iot/{id}/raw, iot/a/rawer, false",
    "iot/{id}/raw, /iot/a/raw, false",
    "iot/{id}/raw, xiot/a/raw, false",
    "iot/{id}/raw, '', false",
    "a/{id}/#, a/b, true",
    "a/{id}/#, a/b/c/d, true",
    "a/{id}/#, a, false",
    "a/+/c, a/b/c, true",
    "a/+/c, a//c, false",
    "ingest, ingest, true"
  })
  void matchesWholeTopicsOnly(String pattern, String topic, boolean matches) {
    assertThat(TopicPattern.parse(pattern).match(topic) != null).isEqualTo(matches);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a//b", "a/{}/b", "a/x{y}", "a/b+", "#", "{a}/{a}", "a/#/b", "/a"})
  void refusesWhatIsNoPattern(String text) {
    assertThatThrownBy(() -> TopicPattern.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "iot/d1/raw, d1",
    "iot/d1/+, d1",
    "iot/d1/#, d1",
    "iot/+/raw, many",
    "iot/#, many",
    "#, many",
    "+/d1/raw, many",
    "iot/d1/raw/#, d1",
    "iot/d1/raw/x, none",
    "iot/d1, none",
    "iot/d1/status, none",
    "energy/#, none"
  })
  void saysWhichDeviceAFilterReaches(String filter, String expected) {
    Overlap overlap = TopicPattern.parse("iot/{id}/raw").overlap(filter, "id");

    String reached =
        switch (overlap) {
          case Overlap.None none -> "none";
          case Overlap.Many many -> "many";
          case Overlap.One(String value) -> value;
        };
    assertThat(reached).isEqualTo(expected);
  }

  @Test
  void letsOtherFieldsBeWildcards() {
    TopicPattern pattern = TopicPattern.parse("iot/telemetry/{type}/{id}");

    assertThat(pattern.overlap("iot/telemetry/+/d1", "id")).isEqualTo(new Overlap.One("d1"));
    assertThat(pattern.overlap("iot/telemetry/Oven/+", "id")).isEqualTo(new Overlap.Many());
    assertThat(pattern.overlap("iot/telemetry/#", "id")).isEqualTo(new Overlap.Many());
  }

  @Test
  void reachesBelowAnOpenEnd() {
    TopicPattern pattern = TopicPattern.parse("cmnd/{id}/#");

    assertThat(pattern.overlap("cmnd/d1/x/y", "id")).isEqualTo(new Overlap.One("d1"));
    assertThat(pattern.overlap("cmnd/d1", "id")).isEqualTo(new Overlap.One("d1"));
    assertThat(pattern.overlap("cmnd/d1/#", "id")).isEqualTo(new Overlap.One("d1"));
    assertThat(pattern.overlap("cmnd/+/x", "id")).isEqualTo(new Overlap.Many());
  }

  @Test
  void putsWhatSaysMoreFirst() {
    List<TopicPattern> sorted =
        Stream.of("iot/{id}/raw", "iot/{id}/#", "iot/telemetry/{type}/{id}", "iot/{id}/status")
            .map(TopicPattern::parse)
            .sorted()
            .toList();

    assertThat(sorted.getFirst()).hasToString("iot/telemetry/{type}/{id}");
    assertThat(sorted.getLast()).hasToString("iot/{id}/#");
  }

  @Test
  void knowsPatternsThatMatchTheSame() {
    TopicPattern one = TopicPattern.parse("iot/{a}/raw");

    assertThat(one.matchesSameAs(TopicPattern.parse("iot/{b}/raw"))).isTrue();
    assertThat(one.matchesSameAs(TopicPattern.parse("iot/{b}/status"))).isFalse();
  }
}
