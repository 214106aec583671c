package weir.app;

import io.helidon.webserver.http.HttpService;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import weir.device.Registry;
import weir.ingest.Intake;
import weir.ingest.Refusal;
import weir.ingest.mqtt.MqttDoor;
import weir.log.EventLog;
import weir.series.SeriesStore;
import weir.subscriber.Applications;
import weir.view.AccessFilter;
import weir.view.EventStream;
import weir.view.console.ConsolePages;
import weir.view.console.SessionApi;
import weir.view.console.Sessions;
import weir.view.live.Gauges;
import weir.view.live.LiveApi;
import weir.view.live.LiveFeed;
import weir.view.monitor.FleetReader;
import weir.view.monitor.MonitorApi;
import weir.view.topic.EventTrace;
import weir.view.topic.TailApi;
import weir.view.topic.TopicApi;
import weir.view.topic.TraceApi;

/// The parts behind the web console, put together.
final class Console {

  private final PlatformSettings settings;
  private final Registry registry;
  private final InstantSource clock;
  private final Sessions sessions;
  private final Function<String, Optional<String>> tokenHolders;
  private final Gauges gauges = new Gauges();
  private volatile @Nullable MqttDoor mqtt;

  /// @param applications the application that an access token was issued to
  Console(
      PlatformSettings settings,
      Registry registry,
      Function<String, Optional<String>> applications,
      InstantSource clock) {
    this.tokenHolders = applications;
    this.settings = settings;
    this.registry = registry;
    this.clock = clock;
    sessions = new Sessions(registry.adminToken(), clock, new SecureRandom());
  }

  /// Numbers for the overview; any part may add to them.
  Gauges gauges() {
    return gauges;
  }

  void watch(Intake intake, MqttDoor door) {
    mqtt = door;
    gauges.add("connections", () -> door.counts().connections());
    gauges.add("sent", () -> door.counts().deliveries());
    gauges.add(
        "refused",
        () -> Arrays.stream(Refusal.Kind.values()).mapToLong(intake::refusedCount).sum());
  }

  private OptionalInt mqttPort() {
    MqttDoor door = mqtt;
    return door == null ? OptionalInt.empty() : OptionalInt.of(door.port());
  }

  AccessFilter access() {
    return new AccessFilter(registry.adminToken(), sessions, tokenHolders, AccessFilter.OPEN_PATHS);
  }

  List<HttpService> services(
      EventLog log, Applications applications, SeriesStore store, Parts parts) {
    LiveFeed feed = parts.add(new LiveFeed(log, settings.topics(), gauges, clock));
    feed.start();
    FleetReader fleet = parts.add(new FleetReader(log, settings.topics().enriched(), clock));
    fleet.start();
    return List.of(
        new ConsolePages(),
        new SessionApi(sessions),
        new SystemApi(settings, store::diskBytes, this::mqttPort, clock),
        new LiveApi(feed, applications, sessions, clock),
        new TopicApi(log),
        parts.add(new TailApi(log, sessions, EventStream.STALL_MAX)),
        new TraceApi(new EventTrace(log, settings.topics(), store)),
        new MonitorApi(applications, registry.devices(), store, fleet, clock));
  }
}
