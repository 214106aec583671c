package weir.subscriber.delivery;

import static weir.device.Statements.batch;
import static weir.device.Statements.query;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Writes many reports with few statements, in one transaction. Owned by one thread.
final class Finish {

  private static final String INSERT_ATTEMPT =
      "INSERT INTO attempt (endpoint, place, event, device, at, outcome, status, millis, detail,"
          + " answer) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

  private final LaneStore store;
  private final Handle handle;
  private final Instant now;
  private final List<Object[]> attempts = new ArrayList<>();
  private final List<Object[]> pointersDone = new ArrayList<>();
  private final List<Object[]> refusalsDone = new ArrayList<>();
  private final List<Object[]> refusals = new ArrayList<>();
  private final List<Object[]> parked = new ArrayList<>();
  private final List<Object[]> places = new ArrayList<>();
  private final List<Object[]> asideWoken = new ArrayList<>();
  private final List<Object[]> releases = new ArrayList<>();
  private final List<Object[]> asideReleases = new ArrayList<>();

  Finish(LaneStore store, Handle handle, Instant now) {
    this.store = store;
    this.handle = handle;
    this.now = now;
  }

  void add(Report report) {
    Claim claim = report.claim();
    report.attempts().forEach(sent -> attempts.add(row(claim.endpoint(), sent)));
    if (!isHeldStill(claim)) {
      return;
    }
    for (long place : report.delivered()) {
      done(claim, place);
      refusalsDone.add(new Object[] {claim.lane(), place});
    }
    for (long place : report.parked()) {
      done(claim, place);
      refusalsDone.add(new Object[] {claim.lane(), place});
      parked.add(new Object[] {claim.lane(), place, "refused", now.toEpochMilli()});
    }
    report.refused().forEach(refusal -> refused(claim, refusal));
    (claim.isAside() ? asideReleases : releases).add(release(claim, report.next()));
  }

  private boolean isHeldStill(Claim claim) {
    List<Long> epochs =
        query(handle, "SELECT epoch FROM lane WHERE id = ?", row -> row.getLong(1), claim.lane());
    return epochs.equals(List.of(claim.epoch()));
  }

  private void done(Claim claim, long place) {
    if (!claim.isAside()) {
      pointersDone.add(new Object[] {claim.lane(), place});
    }
    places.add(new Object[] {place});
  }

  /// An unordered lane lays a refused event aside and goes on; an ordered one waits for it.
  private void refused(Claim claim, Report.Refusal refusal) {
    Instant due = refusal.due();
    long lane = claim.lane();
    if (due != null && !claim.isAside()) {
      pointersDone.add(new Object[] {claim.lane(), refusal.place()});
      refusalsDone.add(new Object[] {claim.lane(), refusal.place()});
      lane = store.lane(handle, claim.endpoint(), Claim.ASIDE);
      asideWoken.add(new Object[] {due.toEpochMilli(), lane, due.toEpochMilli()});
    }
    refusals.add(
        new Object[] {
          lane,
          refusal.place(),
          refusal.tries(),
          refusal.first().toEpochMilli(),
          due == null ? null : due.toEpochMilli()
        });
  }

  private Object[] release(Claim claim, Next next) {
    Long due =
        switch (next) {
          case Next.Ready _ -> now.toEpochMilli();
          case Next.At(Instant time) -> time.toEpochMilli();
          case Next.Held _ -> null;
        };
    return new Object[] {due, claim.lane()};
  }

  private static Object[] row(long endpoint, Report.Sent sent) {
    Attempt attempt = sent.attempt();
    return new Object[] {
      endpoint,
      sent.event().place(),
      sent.event().eventId(),
      sent.event().device(),
      attempt.at().toEpochMilli(),
      attempt.verdict().text(),
      attempt.status(),
      attempt.millis(),
      textOrNull(attempt.detail()),
      textOrNull(attempt.answer())
    };
  }

  private static @Nullable String textOrNull(String text) {
    return text.isEmpty() ? null : text;
  }

  void write() {
    run(INSERT_ATTEMPT, attempts);
    run("DELETE FROM delivery WHERE lane = ? AND place = ?", pointersDone);
    run("DELETE FROM refusal WHERE lane = ? AND place = ?", refusalsDone);
    run(
        "INSERT INTO refusal (lane, place, tries, first_at, due_at) VALUES (?, ?, ?, ?, ?)"
            + " ON CONFLICT (lane, place) DO UPDATE SET tries = excluded.tries, due_at ="
            + " excluded.due_at",
        refusals);
    run(
        "INSERT INTO parked (lane, place, reason, parked_at) VALUES (?, ?, ?, ?)"
            + " ON CONFLICT DO NOTHING",
        parked);
    run(Pointers.DELETE_UNUSED, places);
    run(
        "UPDATE lane SET due_at = ? WHERE id = ? AND leased = 0 AND (due_at IS NULL OR due_at > ?)",
        asideWoken);
    run(
        "UPDATE lane SET leased = 0, due_at = CASE WHEN EXISTS (SELECT 1 FROM delivery d WHERE"
            + " d.lane = lane.id) THEN CAST(? AS BIGINT) ELSE NULL END WHERE id = ?",
        releases);
    run(
        "UPDATE lane SET leased = 0, due_at = (SELECT CASE WHEN MIN(r.due_at) > b.due THEN"
            + " MIN(r.due_at) ELSE b.due END FROM refusal r, (SELECT CAST(? AS BIGINT) AS due) b"
            + " WHERE r.lane = lane.id AND r.due_at IS NOT NULL GROUP BY b.due) WHERE id = ?",
        asideReleases);
  }

  private void run(String sql, List<Object[]> rows) {
    int _ = batch(handle, sql, rows);
  }

  /// Keeps one attempt that belongs to no lane.
  static void keep(Handle handle, long endpoint, Report.Sent sent) {
    List<Object[]> rows = new ArrayList<>();
    rows.add(row(endpoint, sent));
    int _ = batch(handle, INSERT_ATTEMPT, rows);
  }
}
