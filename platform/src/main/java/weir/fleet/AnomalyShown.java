package weir.fleet;

import weir.fleet.model.Anomaly;

/// An anomaly under way.
public record AnomalyShown(String device, Anomaly anomaly, int remaining) {}
