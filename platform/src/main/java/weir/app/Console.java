package weir.app;

import io.helidon.webserver.http.HttpService;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import weir.ingest.mqtt.MqttDoor;
import weir.log.EventLog;
import weir.log.Topics;
import weir.subscriber.Applications;
import weir.view.console.ConsolePages;
import weir.view.console.SessionApi;
import weir.view.console.Sessions;
import weir.view.live.Gauges;
import weir.view.live.LiveApi;
import weir.view.live.LiveFeed;

/// The parts behind the web console, put together.
final class Console {

  private final Map<String, LongSupplier> gauges = new HashMap<>();

  /// A number that the overview shows.
  void gauge(String name, LongSupplier value) {
    gauges.put(name, value);
  }

  void watch(MqttDoor door) {
    gauge("connections", () -> door.counts().connections());
  }

  List<HttpService> services(
      EventLog log,
      Topics topics,
      Applications applications,
      Sessions sessions,
      Parts parts,
      InstantSource clock) {
    LiveFeed feed = parts.add(new LiveFeed(log, topics, new Gauges(gauges), clock));
    feed.start();
    return List.of(
        new ConsolePages(), new SessionApi(sessions), new LiveApi(feed, applications, clock));
  }
}
