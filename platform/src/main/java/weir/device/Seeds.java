package weir.device;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/// What a new registry holds: the files in the resource folder `seed`. Planted once in the life of
/// a database, so nothing that a user changed or deleted ever comes back.
final class Seeds {

  private final Instant now;
  private final Set<String> types = new HashSet<>();

  Seeds(InstantSource clock) {
    now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  void plant(Database database) {
    database.once("seeds", this::plant);
  }

  private void plant(Handle handle) {
    each("device-types.yaml", node -> plantType(handle, node));
    each("decoding-parameters.yaml", node -> plantParameter(handle, node));
    each("devices.yaml", node -> plantDevice(handle, node));
  }

  private void plantType(Handle handle, ObjectNode node) {
    DeviceTypeForm form = new DeviceTypeForm(node, now, now, 1);
    require(node, form.errors());
    types.add(form.type().name());
    DeviceTypeTable.insert(handle, form.type());
  }

  private void plantParameter(Handle handle, ObjectNode node) {
    ParameterForm form = new ParameterForm(node, 0, now, now, 1);
    require(node, form.errors());
    ParameterTable.insert(handle, form.parameter());
  }

  private void plantDevice(Handle handle, ObjectNode node) {
    DeviceForm form = new DeviceForm(node, types::contains, now, now, 1);
    require(node, form.errors());
    DeviceTable.insert(handle, List.of(form.device()));
    Outbox.add(handle, Outbox.Change.Kind.CREATED, List.of(form.device()), now);
  }

  private static void require(ObjectNode node, List<FieldError> errors) {
    if (!errors.isEmpty()) {
      throw new IllegalStateException("seed " + node + " is wrong: " + errors);
    }
  }

  private static void each(String file, Consumer<ObjectNode> plant) {
    try (InputStream in = Seeds.class.getResourceAsStream("seed/" + file)) {
      for (JsonNode node : new YAMLMapper().readTree(Objects.requireNonNull(in, file))) {
        plant.accept((ObjectNode) node);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
