package weir.ingest.mqtt;

import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The default settings on free ports and open to everybody here, with some values changed by
/// name.
final class SettingsDraft {

  private final Map<String, Object> values = new LinkedHashMap<>();

  SettingsDraft() {
    with("port", 0).with("websocketPort", 0).with("anonymous", true);
  }

  SettingsDraft with(String component, Object value) {
    values.put(component, value);
    return this;
  }

  MqttSettings settings() {
    MqttSettings defaults = MqttSettings.defaults();
    RecordComponent[] components = MqttSettings.class.getRecordComponents();
    try {
      @Nullable Object[] arguments = new @Nullable Object[components.length];
      for (int i = 0; i < components.length; i++) {
        Object changed = values.get(components[i].getName());
        arguments[i] = changed == null ? components[i].getAccessor().invoke(defaults) : changed;
      }
      Class<?>[] types =
          Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
      Constructor<MqttSettings> constructor = MqttSettings.class.getDeclaredConstructor(types);
      return constructor.newInstance(arguments);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
