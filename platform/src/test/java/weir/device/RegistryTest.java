package weir.device;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import weir.testkit.TestEngine;

@ParameterizedClass
@EnumSource(TestEngine.class)
class RegistryTest {

  private final TestEngine engine;

  RegistryTest(TestEngine engine) {
    this.engine = engine;
  }

  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir private Path folder;
  private Registry registry;

  @BeforeEach
  void open() {
    registry = openRegistry();
  }

  @AfterEach
  void close() {
    registry.close();
  }

  private Registry openRegistry() {
    return new Registry(
        engine.in(folder, "registry.db"), DeviceSettings.defaults(), InstantSource.fixed(NOW));
  }

  private void restart() {
    registry.close();
    registry = openRegistry();
  }

  private static ObjectNode json(String text) {
    try {
      return (ObjectNode) JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static <T> T saved(Outcome<T> outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Saved.class);
    return ((Outcome.Saved<T>) outcome).value();
  }

  @Test
  void aPartialUpdateKeepsWhatItDoesNotName() {
    saved(
        registry
            .devices()
            .create(
                json(
                    """
                    {"id": "d1", "type": "hvac", "name": "One", "location": "Roof",
                     "metadata": {"floor": 3, "zone": "A"}}
                    """)));
    Device device =
        saved(
            registry
                .devices()
                .update(
                    new DeviceId("d1"),
                    json("{\"name\": \"Two\", \"metadata\": {\"zone\": null}}"),
                    Precondition.NONE));
    assertThat(device.name()).isEqualTo("Two");
    assertThat(device.location()).isEqualTo("Roof");
    assertThat(device.metadata()).isEqualTo(Map.of("floor", 3));
    assertThat(device.version()).isEqualTo(2);
    assertThat(registry.devices().find(device.id())).contains(device);
  }

  @Test
  void everyWrongFieldIsNamedAtOnce() {
    Outcome<Device> outcome =
        registry
            .devices()
            .create(
                json("{\"id\": \"a b\", \"type\": \"nope\", \"enabled\": 1, \"colour\": \"red\"}"));
    assertThat(outcome).isInstanceOf(Outcome.Invalid.class);
    assertThat(((Outcome.Invalid<Device>) outcome).errors())
        .extracting(FieldError::field)
        .containsExactlyInAnyOrder("id", "type", "enabled", "colour");
  }

  @Test
  void anOldVersionIsNotOverwritten() {
    DeviceId id = new DeviceId("breaker-001");
    Precondition first = new Precondition(java.util.Set.of(1L));
    saved(registry.devices().update(id, json("{\"name\": \"A\"}"), first));
    assertThat(registry.devices().update(id, json("{\"name\": \"B\"}"), first))
        .isEqualTo(new Outcome.Stale<>(2));
    assertThat(
            registry
                .devices()
                .update(id, json("{\"name\": \"B\", \"version\": 1}"), Precondition.NONE))
        .isEqualTo(new Outcome.Stale<>(2));
  }

  @Test
  void aRestartNeitherResetsNorBringsBackWhatAUserChanged() {
    DeviceId breaker = new DeviceId("breaker-001");
    DeviceId sensor = new DeviceId("esp32-03");
    saved(registry.devices().update(breaker, json("{\"name\": \"Mine\"}"), Precondition.NONE));
    saved(registry.devices().delete(sensor, Precondition.NONE));
    saved(registry.types().delete("Oven", Precondition.NONE));
    restart();
    assertThat(registry.devices().find(breaker).orElseThrow().name()).isEqualTo("Mine");
    assertThat(registry.devices().find(sensor)).isEmpty();
    assertThat(registry.types().find("Oven")).isEmpty();
  }

  @Test
  void theDirectorySeesAChangeAtOnce() {
    Directory directory = registry.directory();
    DeviceId id = new DeviceId("esp32-01");
    assertThat(directory.device(id).orElseThrow().enabled()).isTrue();
    saved(registry.devices().update(id, json("{\"enabled\": false}"), Precondition.NONE));
    assertThat(directory.device(id).orElseThrow().enabled()).isFalse();
    saved(registry.devices().delete(id, Precondition.NONE));
    assertThat(directory.device(id)).isEmpty();
    saved(registry.devices().create(json("{\"id\": \"esp32-01\", \"type\": \"http_sensor\"}")));
    assertThat(directory.device(id)).isPresent();
  }

  @Test
  void theSpecificParameterGoesBeforeTheGenericOne() {
    Directory directory = registry.directory();
    DeviceId device = new DeviceId("f2-e4fd45f654be");
    long generation = directory.generation();
    assertThat(directory.parameter(device, "sensor-mode", "sensor", "1")).isEmpty();
    DecodingParameter generic =
        saved(
            registry
                .parameters()
                .create(
                    json(
                        """
                        {"device": "f2-e4fd45f654be", "mode": "sensor-mode", "unit": "raw",
                         "component_type": "sensor", "encoding": "hex_to_float"}
                        """)));
    assertThat(directory.generation()).isNotEqualTo(generation);
    assertThat(directory.parameter(device, "sensor-mode", "sensor", "1")).contains(generic);
    assertThat(directory.parameter(device, "sensor-mode", "sensor", null)).contains(generic);
    assertThat(directory.parameter(device, "sensor-mode", "sensor", "3").orElseThrow().unit())
        .isEqualTo("celsius");
    saved(registry.parameters().delete(generic.id(), Precondition.NONE));
    assertThat(directory.parameter(device, "sensor-mode", "sensor", "1")).isEmpty();
  }

  @Test
  void firstContactRegistersOnceAndKeepsWhatIsThere() {
    Directory directory = registry.directory();
    Device fresh = directory.firstContact(new DeviceId("new-1"), "hvac", "M1");
    assertThat(fresh.name()).isEqualTo("new-1");
    assertThat(fresh.model()).isEqualTo("M1");
    assertThat(directory.device(fresh.id())).contains(fresh);
    Device again = directory.firstContact(new DeviceId("new-1"), "lighting", null);
    assertThat(again).isEqualTo(fresh);
    restart();
    assertThat(registry.devices().find(fresh.id())).contains(fresh);
  }

  @Test
  void aTypeThatADeviceNamedIsRegisteredOnce() {
    Directory directory = registry.directory();
    DeviceType type = directory.registerType("novel_sensor");
    assertThat(directory.registerType("novel_sensor")).isEqualTo(type);
    assertThat(directory.type("novel_sensor")).contains(type);
    assertThat(registry.types().find("novel_sensor")).contains(type);
  }

  @Test
  void aStormOfFirstContactsIsDurableWhenItReturns() {
    List<FirstContact> contacts = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      contacts.add(new FirstContact(new DeviceId("storm-" + i), "hvac", null));
    }
    Map<DeviceId, Device> devices = registry.directory().firstContacts(contacts);
    restart();
    assertThat(devices).hasSize(5_000);
    assertThat(registry.devices().count(DeviceQuery.first(1))).isEqualTo(5_015);
  }

  @Test
  void prefetchedDevicesAreThoseOfTheDatabase() {
    Directory directory = registry.directory();
    List<DeviceId> ids =
        List.of(new DeviceId("esp32-01"), new DeviceId("esp32-02"), new DeviceId("none"));
    directory.prefetch(ids);
    assertThat(directory.device(ids.get(0))).isEqualTo(registry.devices().find(ids.get(0)));
    assertThat(directory.device(ids.get(2))).isEmpty();
  }

  @Test
  void aTypeInUseCannotBeDeleted() {
    assertThat(registry.types().delete("smart_breaker", Precondition.NONE))
        .isInstanceOf(Outcome.Conflict.class);
  }

  @Test
  void everyChangeOfADeviceWaitsInTheOutbox() {
    drain();
    DeviceId id = new DeviceId("esp32-01");
    saved(registry.devices().update(id, json("{\"name\": \"X\"}"), Precondition.NONE));
    saved(registry.devices().update(id, json("{\"name\": \"X\"}"), Precondition.NONE));
    saved(registry.devices().delete(id, Precondition.NONE));
    restart();
    List<Outbox.Change> changes = registry.outbox().pending(0, 10);
    assertThat(changes).extracting(Outbox.Change::device).containsExactly(id, id);
    assertThat(json(String.valueOf(changes.get(0).json())).get("name").asText()).isEqualTo("X");
    assertThat(changes.get(1).kind()).isEqualTo(Outbox.Change.Kind.DELETED);
    drain();
    assertThat(registry.outbox().pending(0, 10)).isEmpty();
  }

  private void drain() {
    registry.outbox().pending(0, 1000).forEach(change -> registry.outbox().done(change.id()));
  }

  @Test
  void listingPagesInTheOrderOfIds() {
    List<Device> first = registry.devices().list(DeviceQuery.first(5));
    String after = first.get(4).id().value();
    List<Device> next = registry.devices().list(new DeviceQuery(null, null, null, after, 0, 1000));
    assertThat(first).hasSize(5);
    assertThat(registry.devices().count(DeviceQuery.first(1))).isEqualTo(15);
    assertThat(next).hasSize(10);
    assertThat(next).extracting(device -> device.id().value()).isSorted().doesNotContain(after);
  }

  @Test
  void filtersTakeTheirTextLiterally() {
    DeviceQuery percent = new DeviceQuery(null, "%", null, null, 0, 10);
    DeviceQuery hvac = new DeviceQuery("hvac", "BUILDING a", true, null, 0, 10);
    assertThat(registry.devices().list(percent)).isEmpty();
    assertThat(registry.devices().list(hvac)).hasSize(1);
  }
}
