package weir.pipeline;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.device.DeviceId;
import weir.device.Directory;
import weir.device.DirectoryException;
import weir.device.FirstContact;
import weir.event.Rejection;
import weir.event.Rejection.Reason;
import weir.log.Entry;
import weir.log.LogRecord;
import weir.pipeline.Flight.Share;
import weir.pipeline.RawRecord.Handed;
import weir.trace.Step;
import weir.trace.Traces;

/// Turns a batch of raw records into the entries to append and the counts to commit. Writes
/// nothing to the log but new topics; owned by one worker.
final class Batches {

  private static final Logger LOG = LoggerFactory.getLogger(Batches.class);

  private final Decoding decoding;
  private final Enricher enricher;
  private final Directory directory;
  private final Entries entries;
  private final Failures failures;
  private final InstantSource clock;
  private final Traces traces;

  Batches(
      Decoding decoding,
      Enricher enricher,
      Directory directory,
      Entries entries,
      Failures failures,
      InstantSource clock,
      Traces traces) {
    this.decoding = decoding;
    this.enricher = enricher;
    this.directory = directory;
    this.entries = entries;
    this.failures = failures;
    this.clock = clock;
    this.traces = traces;
  }

  /// One record of the batch: decided, or skipped because it was taken before.
  private record Item(RawRecord raw, Share share, @Nullable Outcome outcome) {}

  /// @throws DirectoryException when the registry is away: nothing was decided
  /// @throws LineStoppedException when unexpected errors come too often: nothing was decided
  Flight work(List<LogRecord> records, ProgressMap progress, PipelineCounts counts) {
    enricher.start(clock.instant());
    Flight flight = new Flight(records.size());
    prefetch(records);
    List<Item> items = new ArrayList<>(records.size());
    for (LogRecord record : records) {
      RawRecord raw = RawRecord.of(record);
      Progress at = progress.of(record.position().partition());
      at.read(raw.offset());
      Share share = flight.share(record.position().partition(), at);
      share.next = raw.offset() + 1;
      Handed handed = raw.handed();
      boolean written = at.tail().contains(raw.offset());
      boolean repeat = handed != null && !at.take(handed) && !written;
      items.add(new Item(raw, share, repeat ? null : decode(raw)));
    }
    flight.shares().values().forEach(share -> share.lanes = share.progress.lanes());
    registerNew(items);
    for (Item item : items) {
      write(item, flight, counts);
    }
    return flight;
  }

  private void prefetch(List<LogRecord> records) {
    List<DeviceId> ids = new ArrayList<>(records.size());
    for (LogRecord record : records) {
      String key = record.key();
      if (key != null && DeviceId.isValid(key)) {
        ids.add(new DeviceId(key));
      }
    }
    directory.prefetch(ids);
  }

  /// Decodes; after an unexpected error once more, and then sets aside.
  private Outcome decode(RawRecord raw) {
    try {
      return decoding.decode(raw.message());
    } catch (DirectoryException shared) {
      throw shared;
    } catch (RuntimeException first) {
      return decodeAgain(raw);
    }
  }

  private Outcome decodeAgain(RawRecord raw) {
    try {
      return decoding.decode(raw.message());
    } catch (DirectoryException shared) {
      throw shared;
    } catch (RuntimeException unexpected) {
      if (!failures.admit()) {
        failures.clear();
        throw new LineStoppedException(unexpected);
      }
      LOG.error("message failed position={}", raw.record().position(), unexpected);
      String detail = "unexpected " + unexpected.getClass().getSimpleName();
      return new Outcome.SetAside(
          decoding.familyOf(raw.message()), new Rejection(Reason.FAILED, detail));
    }
  }

  /// Registers all devices of the batch that spoke for the first time, in one write, and decodes
  /// their messages.
  private void registerNew(List<Item> items) {
    Map<DeviceId, FirstContact> contacts = new LinkedHashMap<>();
    for (Item item : items) {
      if (item.outcome instanceof Outcome.Unregistered(String family, FirstContact contact)) {
        contacts.putIfAbsent(contact.id(), contact);
      }
    }
    if (contacts.isEmpty()) {
      return;
    }
    directory.firstContacts(contacts.values());
    items.replaceAll(
        item ->
            item.outcome instanceof Outcome.Unregistered
                ? new Item(item.raw, item.share, decode(item.raw))
                : item);
  }

  private void write(Item item, Flight flight, PipelineCounts counts) {
    Share share = item.share;
    RawRecord raw = item.raw;
    if (item.outcome == null) {
      share.counts.add("repeat." + decoding.familyOf(raw.message()), 1);
      counts.repeated.increment();
      return;
    }
    Outcome outcome = item.outcome;
    share.counts.add((raw.isAgain() ? "again." : "in.") + outcome.family(), 1);
    counts.processed.increment();
    EnrichedTail tail = share.progress.tail();
    if (tail.contains(raw.offset())) {
      writeOfTypeOnly(outcome, raw, share, flight, counts);
      return;
    }
    if (tail.hasReturned(raw.message())) {
      share.counts.add("retry." + outcome.family(), 1);
      return;
    }
    switch (outcome) {
      case Outcome.Decoded decoded -> writeEnriched(decoded, raw, share, flight, counts);
      case Outcome.SetAside(String family, Rejection rejection) ->
          writeDead(raw, family, rejection, share, flight, counts);
      case Outcome.Waiting(String family, Rejection rejection) ->
          writeWaiting(raw, family, rejection, share, flight, counts);
      case Outcome.Unregistered(String family, FirstContact contact) -> {
        Rejection rejection = new Rejection(Reason.UNKNOWN_DEVICE, "the device is not registered");
        writeDead(raw, family, rejection, share, flight, counts);
      }
    }
  }

  /// The event was written before a crash; the registry may say something else by now, but readers
  /// have seen it. Only the type's topic may lack it.
  private void writeOfTypeOnly(
      Outcome outcome, RawRecord raw, Share share, Flight flight, PipelineCounts counts) {
    if (outcome instanceof Outcome.Decoded decoded) {
      entries
          .enriched(raw, decoded.event(), enricher.enrich(decoded), raw.message().trace())
          .map(entry -> entries.ofType(entry, decoded.event().type()))
          .ifPresent(entry -> flight.add(entry, raw, decoded.family()));
    }
    share.counts.add("out." + outcome.family(), 1);
    counts.enriched.increment();
  }

  private void writeEnriched(
      Outcome.Decoded decoded, RawRecord raw, Share share, Flight flight, PipelineCounts counts) {
    String family = decoded.family();
    if (share.progress.tail().hasPassed(raw.offset())) {
      flight.add(entries.overtaken(raw, share.progress.epoch()), raw, family);
      share.counts.add("retry." + family, 1);
      counts.retried.increment();
      return;
    }
    byte[] value = enricher.enrich(decoded);
    String trace = follow(raw, decoded, flight);
    Optional<Entry> enriched = entries.enriched(raw, decoded.event(), value, trace);
    if (enriched.isEmpty()) {
      writeDead(raw, family, Entries.TOO_LONG, share, flight, counts);
      return;
    }
    flight.add(enriched.get(), raw, family);
    flight.add(entries.ofType(enriched.get(), decoded.event().type()), raw, family);
    share.counts.add("out." + family, 1);
    counts.enriched.increment();
  }

  /// What the next step of the event goes on from; null when it is not followed.
  private @Nullable String follow(RawRecord raw, Outcome.Decoded decoded, Flight flight) {
    String parent = raw.message().trace();
    if (parent == null) {
      return null;
    }
    Step step = traces.begin(Traces.Kind.PROCESS, "decode", parent, flight.beganNanos());
    if (step == null) {
      return parent;
    }
    step.with("weir.family", decoded.family())
        .with("weir.device_type", decoded.event().type())
        .end();
    return step.context();
  }

  private void followDead(RawRecord raw, Rejection rejection, Flight flight) {
    String parent = raw.message().trace();
    Step step =
        parent == null
            ? null
            : traces.begin(Traces.Kind.PROCESS, "decode", parent, flight.beganNanos());
    if (step != null) {
      step.failed(rejection.reason().name()).end();
    }
  }

  private void writeDead(
      RawRecord raw,
      String family,
      Rejection rejection,
      Share share,
      Flight flight,
      PipelineCounts counts) {
    followDead(raw, rejection, flight);
    flight.add(entries.dead(raw, family, rejection), raw, family);
    share.counts.add("aside." + family, 1);
    counts.setAside(rejection.reason());
  }

  private void writeWaiting(
      RawRecord raw,
      String family,
      Rejection rejection,
      Share share,
      Flight flight,
      PipelineCounts counts) {
    int tries = raw.attempt();
    if (tries >= Entries.TRIES) {
      String detail = rejection.detail() + ", after " + tries + " more tries";
      Rejection last = new Rejection(rejection.reason(), detail);
      writeDead(raw, family, last, share, flight, counts);
      return;
    }
    flight.add(entries.waiting(raw, share.progress.epoch()), raw, family);
    share.counts.add("retry." + family, 1);
    counts.retried.increment();
  }
}
