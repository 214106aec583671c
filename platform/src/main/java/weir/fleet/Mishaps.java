package weir.fleet;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import weir.fleet.model.Message;
import weir.fleet.wire.Parcel;

/// What goes wrong with one device: its clock drifts, it falls silent, and its messages come twice,
/// late, in disorder, or followed by rubbish. Pure: chance comes in through the constructor.
final class Mishaps {

  private static final int HELD_LEAST = 5;
  private static final int HELD_MOST = 20;
  private static final double PPM_MOST = 200;

  private final int device;
  private final RunId run;
  private final Supplier<FaultRates> rates;
  private final RandomGenerator random;
  private final FaultCounts counts;
  private final Instant start;
  private final double offsetMillis;
  private final double rate;
  private final List<Parcel> held = new ArrayList<>();
  private int heldLeft;
  private boolean shuffling;
  private long malformed;

  Mishaps(
      int device,
      RunId run,
      Supplier<FaultRates> rates,
      Instant start,
      RandomGenerator random,
      FaultCounts counts) {
    this.device = device;
    this.run = run;
    this.rates = rates;
    this.random = random;
    this.counts = counts;
    this.start = start;
    boolean drifts =
        random.nextDouble() < rates.get().drifting() && !rates.get().driftMax().isZero();
    this.offsetMillis = drifts ? rates.get().driftMax().toMillis() * random.nextDouble(-1, 1) : 0;
    this.rate = drifts ? 1e-6 * PPM_MOST * random.nextDouble(-1, 1) : 0;
    if (drifts) {
      counts.drifting++;
    }
  }

  /// What the device's own clock shows.
  Instant clock(Instant now) {
    if (offsetMillis == 0) {
      return now;
    }
    double passed = Duration.between(start, now).toMillis();
    return now.plusMillis(Math.round(offsetMillis + rate * passed));
  }

  boolean fallsSilent(Duration passed) {
    double hours = passed.toMillis() / 3_600_000.0;
    boolean silent = random.nextDouble() < -Math.expm1(-rates.get().dropOuts() * hours);
    if (silent) {
      counts.dropOuts++;
    }
    return silent;
  }

  Duration silence() {
    return Duration.ofMillis(random.nextLong(20_000, 120_000));
  }

  /// What is really sent, of what the device has just said and of what was held back before.
  List<Parcel> pass(List<Message> messages) {
    List<Parcel> sent = new ArrayList<>(messages.size());
    for (Message message : messages) {
      Parcel parcel = parcel(message, Parcel.Kind.MESSAGE);
      pass(parcel, sent);
      if (random.nextDouble() < rates.get().duplicates()) {
        counts.duplicates++;
        pass(parcel(message, Parcel.Kind.DUPLICATE), sent);
      }
      if (random.nextDouble() < rates.get().malformed()) {
        counts.malformed++;
        sent.add(rubbish(message));
      }
    }
    return sent;
  }

  private Parcel parcel(Message message, Parcel.Kind kind) {
    long number = message.sequence();
    return new Parcel(
        device, number, kind, run.of(device, number), message.path(), message.payload());
  }

  private void pass(Parcel parcel, List<Parcel> sent) {
    if (heldLeft == 0 && !startsHolding()) {
      sent.add(parcel);
      return;
    }
    held.add(parcel);
    heldLeft--;
    if (heldLeft == 0) {
      sent.addAll(release());
    }
  }

  private boolean startsHolding() {
    double draw = random.nextDouble();
    if (draw >= rates.get().late() + rates.get().shuffled()) {
      return false;
    }
    shuffling = draw >= rates.get().late();
    heldLeft = random.nextInt(HELD_LEAST, HELD_MOST + 1);
    if (shuffling) {
      counts.shuffledBatches++;
    } else {
      counts.lateBatches++;
    }
    return true;
  }

  /// What is held back, to be sent now.
  List<Parcel> release() {
    if (shuffling) {
      Collections.shuffle(held, Random.from(random));
    }
    List<Parcel> released = List.copyOf(held);
    held.clear();
    heldLeft = 0;
    return released;
  }

  private Parcel rubbish(Message message) {
    long number = ++malformed;
    byte[] payload =
        switch (random.nextInt(3)) {
          case 0 -> Arrays.copyOf(message.payload(), message.payload().length * 2 / 3);
          case 1 -> "temperature=21;ok".getBytes(StandardCharsets.US_ASCII);
          default -> notText(message.payload());
        };
    return new Parcel(
        device,
        number,
        Parcel.Kind.MALFORMED,
        run.ofMalformed(device, number),
        message.path(),
        payload);
  }

  /// The payload with a byte in its middle that UTF-8 does not know.
  private static byte[] notText(byte[] payload) {
    byte[] broken = payload.clone();
    broken[broken.length / 2] = (byte) 0xff;
    return broken;
  }
}
