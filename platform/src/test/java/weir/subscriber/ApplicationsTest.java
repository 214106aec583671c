package weir.subscriber;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import weir.device.Database;
import weir.testkit.TestEngine;

@ParameterizedClass
@EnumSource(TestEngine.class)
class ApplicationsTest {

  private final TestEngine engine;

  ApplicationsTest(TestEngine engine) {
    this.engine = engine;
  }

  @TempDir private Path folder;

  @Test
  void theSamplesAreThereAfterTheFirstStart() {
    try (Database database = open()) {
      assertThat(applications(database).list())
          .extracting(Application::name, Application::platform, Application::deviceTypes)
          .containsExactly(
              tuple("Energy Analytics", "mobile", List.of("smart_meter")),
              tuple("Environmental Tracker", "desktop", List.of("environmental_sensor")),
              tuple("Smart Grid Monitor", "web", List.of("smart_breaker")));
    }
  }

  @Test
  void aTypeIsMatchedWholeOnly() {
    try (Database database = open()) {
      Applications applications = applications(database);
      assertThat(applications.byDeviceType("smart_breaker"))
          .extracting(Application::developer)
          .containsExactly("IoT Solutions Inc.");
      assertThat(applications.byDeviceType("smart")).isEmpty();
      assertThat(applications.byDeviceType("breaker")).isEmpty();
    }
  }

  @Test
  void aDeletedSampleDoesNotComeBack() {
    try (Database database = open()) {
      assertThat(applications(database).list()).hasSize(3);
      database.write(
          handle -> handle.execute("DELETE FROM application WHERE name = 'Energy Analytics'"));
    }
    try (Database database = open()) {
      assertThat(applications(database).list()).hasSize(2);
    }
  }

  @Test
  void onlyActiveApplicationsAreFoundByType() {
    try (Database database = open()) {
      Applications planted = applications(database);
      assertThat(planted.byDeviceType("smart_meter")).hasSize(1);
      database.write(handle -> handle.execute("UPDATE application SET status = 'inactive'"));
      Applications applications = applications(database);
      assertThat(applications.byDeviceType("smart_meter")).isEmpty();
      assertThat(applications.list()).hasSize(3);
    }
  }

  private Applications applications(Database database) {
    InstantSource clock = InstantSource.system();
    SecretBox box = SecretBox.open(folder.resolve("webhook.key"));
    return new Applications(
        database, new Endpoints(database, box, SubscriberSettings.defaults(), clock), clock);
  }

  private Database open() {
    return new Database(engine.in(folder, "registry.db"), Database.Tables.REGISTRY, 2);
  }
}
