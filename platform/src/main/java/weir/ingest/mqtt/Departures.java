package weir.ingest.mqtt;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.device.DeviceId;
import weir.ingest.mqtt.Connection.SessionFate;
import weir.ingest.mqtt.Presence.Departure;
import weir.ingest.mqtt.Sessions.LeftWill;
import weir.ingest.mqtt.packet.Disconnect;
import weir.ingest.mqtt.packet.Will;

/// What follows the end of a connection: its will, the fate of its session, and the news of it.
/// Called on event loops.
final class Departures {

  private static final Logger logger = LoggerFactory.getLogger(Departures.class);

  private final Sessions sessions;
  private final Publications publications;
  private final Presence presence;
  private final Counters counters;
  private volatile boolean silent;

  Departures(Sessions sessions, Publications publications, Presence presence, Counters counters) {
    this.sessions = sessions;
    this.publications = publications;
    this.presence = presence;
    this.counters = counters;
  }

  /// From now on wills stay unpublished: it is the server that goes, not its clients.
  void silence() {
    silent = true;
  }

  void of(
      Connection connection,
      Stage.Active active,
      Departure departure,
      SessionFate fate,
      @Nullable Disconnect goodbye) {
    boolean unheard = departure == Departure.GOODBYE || departure == Departure.BARRED || silent;
    LeftWill will = unheard ? null : willOf(active);
    if (!active.session().isAttachedTo(connection)) {
      takenOver(active, fate, will);
      return;
    }
    long expiry = active.sessionExpirySeconds();
    if (goodbye != null && goodbye.sessionExpirySeconds() != Disconnect.UNCHANGED) {
      expiry = goodbye.sessionExpirySeconds();
    }
    boolean keeps = departure != Departure.BARRED;
    sessions.close(active.session(), connection, keeps ? expiry : 0, will);
    presence.disconnected(active.clientId(), active.permission().device(), departure);
  }

  /// The new connection came before any will delay was over, so a delayed will is void, unless the
  /// session has ended (section 3.1.3.2.2).
  private void takenOver(Stage.Active active, SessionFate fate, @Nullable LeftWill will) {
    if (will != null && (fate == SessionFate.ENDED || will.delaySeconds() == 0)) {
      will.publish().run();
    }
    presence.disconnected(active.clientId(), active.permission().device(), Departure.TAKEN_OVER);
  }

  private @Nullable LeftWill willOf(Stage.Active active) {
    Will will = active.connect().will();
    return will == null ? null : new LeftWill(will.delaySeconds(), () -> publish(will, active));
  }

  private void publish(Will will, Stage.Active active) {
    String topic = will.message().topic().text();
    DeviceId owner = active.permission().ownerOf(topic);
    publications.publish(
        will.message(),
        owner,
        refusal -> {
          if (refusal != null) {
            counters.lostWills.increment();
            logger.warn("will lost clientId={} reason={}", active.clientId(), refusal.kind());
          }
        });
    presence.willPublished(active.clientId(), active.permission().device(), topic);
  }
}
