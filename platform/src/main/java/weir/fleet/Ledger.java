package weir.fleet;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import weir.fleet.model.DeviceModel;
import weir.fleet.model.Message.Fate;
import weir.fleet.wire.Parcel;

/// The sender's own truth: what each device sent and what was acknowledged, kept in memory at a few
/// bits a message. It knows nothing of what the platform says it stored. Safe for many threads.
final class Ledger {

  private final List<Account> accounts;
  private final Latencies latencies = new Latencies();
  private final LongAdder sent = new LongAdder();
  private final LongAdder acknowledged = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder discarded = new LongAdder();

  Ledger(List<DeviceModel> devices) {
    this.accounts =
        devices.stream().map(one -> new Account(one.id().value(), one.family())).toList();
  }

  void expect(int device, long sequence, Fate fate) {
    accounts.get(device).expect(sequence, fate);
  }

  int outstanding(int device) {
    return accounts.get(device).outstanding();
  }

  void discarded(int device) {
    discarded.increment();
    accounts.get(device).discard();
  }

  void sent(Parcel parcel) {
    sent.increment();
    accounts.get(parcel.device()).sent(parcel);
  }

  void acknowledged(Parcel parcel, long nanos) {
    latencies.record(nanos);
    acknowledged.increment();
    accounts.get(parcel.device()).acknowledged(parcel);
  }

  void postponed(Parcel parcel) {
    accounts.get(parcel.device()).postponed(parcel);
  }

  void refused(Parcel parcel) {
    refused.increment();
    accounts.get(parcel.device()).refused(parcel);
  }

  long sentTotal() {
    return sent.sum();
  }

  long acknowledgedTotal() {
    return acknowledged.sum();
  }

  long refusedTotal() {
    return refused.sum();
  }

  long discardedTotal() {
    return discarded.sum();
  }

  long outstandingTotal() {
    return sent.sum() - acknowledged.sum() - refused.sum();
  }

  Latencies latencies() {
    return latencies;
  }

  List<Account.Page> pages() {
    return accounts.stream().map(Account::page).toList();
  }
}
