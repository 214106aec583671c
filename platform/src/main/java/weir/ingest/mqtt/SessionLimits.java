package weir.ingest.mqtt;

/// What one session may hold, and where it is counted.
record SessionLimits(
    int queueMax,
    int queueBytesMax,
    int inFlightMax,
    int subscriptionsMax,
    QueueBudget budget,
    Counters counters) {

  static SessionLimits of(MqttSettings settings, Counters counters) {
    return new SessionLimits(
        settings.sessionQueueMax(),
        settings.sessionQueueBytesMax(),
        settings.inFlightMax(),
        settings.subscriptionsMax(),
        new QueueBudget(settings.queueBytesMax()),
        counters);
  }
}
