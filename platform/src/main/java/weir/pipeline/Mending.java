package weir.pipeline;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import weir.log.Entry;
import weir.log.EventLog;
import weir.pipeline.Flight.Sent;
import weir.pipeline.Flight.Share;

/// Brings failed appends of the batches in flight into the log, in an order that readers can
/// rely on.
///
/// Where order counts (the enriched topic, and each lane of the retry topic), a reader takes a
/// record with an offset below one seen before for a repeat. So a failed entry may only be
/// repeated in its place when nothing after it got through; one that was overtaken is handed
/// over to get a new place in the raw topic. Owned by one worker, used once.
final class Mending {

  /// Waits for a flight.
  @FunctionalInterface
  interface Waiting {
    void await(Flight flight) throws InterruptedException;
  }

  private final EventLog log;
  private final Entries entries;
  private final Collection<Flight> flights;
  private final Deque<Sent> overtaken = new ArrayDeque<>();

  Mending(EventLog log, Entries entries, Collection<Flight> flights) {
    this.log = log;
    this.entries = entries;
    this.flights = flights;
  }

  boolean isDone() {
    return overtaken.isEmpty() && failed().isEmpty();
  }

  private List<Sent> failed() {
    return flights.stream().flatMap(flight -> flight.sent().stream()).filter(Sent::failed).toList();
  }

  /// Tries once more.
  void attempt(Waiting waiting) throws InterruptedException {
    overtaken.addAll(takeOvertaken());
    handOver(waiting);
    if (overtaken.isEmpty()) {
      Flight again = new Flight(0);
      again.append(log, failed());
      waiting.await(again);
    }
  }

  /// Takes failed entries out of the flights when a later one of their row got through.
  private List<Sent> takeOvertaken() {
    Set<String> through = new HashSet<>();
    Deque<Sent> found = new ArrayDeque<>();
    for (Flight flight : List.copyOf(flights).reversed()) {
      List<Sent> late = new ArrayList<>();
      for (Sent sent : flight.sent().reversed()) {
        Optional<String> row = entries.row(sent.entry, sent.origin);
        if (row.isPresent() && !sent.failed()) {
          through.add(row.get());
        } else if (row.isPresent() && through.contains(row.get())) {
          late.add(sent);
          found.addFirst(giveNewPlace(sent, flight));
        }
      }
      flight.sent().removeAll(late);
    }
    return List.copyOf(found);
  }

  /// What was counted as written is handed over instead.
  private Sent giveNewPlace(Sent sent, Flight flight) {
    Share share = flight.shareOf(sent.origin);
    if (entries.isEnriched(sent.entry)) {
      share.counts.add("out." + sent.family, -1);
      share.counts.add("retry." + sent.family, 1);
    }
    Entry handedOver = entries.overtaken(sent.origin, share.progress.epoch());
    return new Sent(handedOver, sent.origin, sent.family);
  }

  /// One at a time, so that they cannot overtake each other.
  private void handOver(Waiting waiting) throws InterruptedException {
    while (!overtaken.isEmpty()) {
      Sent first = overtaken.getFirst();
      Flight one = new Flight(0);
      one.append(log, List.of(first));
      waiting.await(one);
      if (first.failed()) {
        return;
      }
      overtaken.removeFirst();
    }
  }
}
