package weir.fleet;

import java.time.Instant;
import weir.fleet.model.EnergyDevice;

/// The simulated device that stands for a registered one. Owned by the thread of its [Mirrors].
final class Mirror implements Comparable<Mirror> {

  final EnergyDevice model;
  final int number;
  private Original original;
  Instant due;
  boolean removed;

  Mirror(Original original, EnergyDevice model, int number, Instant due) {
    this.original = original;
    this.model = model;
    this.number = number;
    this.due = due;
    model.enable(original.enabled());
  }

  Original original() {
    return original;
  }

  /// Takes over what changed, and only that: what it was told to do by a command stays.
  boolean follow(Original changed) {
    boolean same = changed.equals(original);
    if (!changed.rating().equals(original.rating()) || !changed.type().equals(original.type())) {
      model.become(changed.rating(), changed.type());
    }
    if (changed.enabled() != original.enabled()) {
      model.enable(changed.enabled());
    }
    original = changed;
    return !same;
  }

  @Override
  public int compareTo(Mirror other) {
    int byTime = due.compareTo(other.due);
    return byTime != 0 ? byTime : Integer.compare(number, other.number);
  }
}
