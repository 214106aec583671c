package weir.ingest.mqtt;

/// What the door has done since its start, and what it holds now.
///
/// @param connections open connections
/// @param sessions sessions, those without a connection included
/// @param connects admitted connections
/// @param connectRefusals refused ones
/// @param publishesQos0 messages from clients with QoS 0
/// @param publishesQos1 messages from clients with QoS 1
/// @param pubAcks positive acknowledgements sent
/// @param publishRefusals messages refused for their topic, size, id or the log's state
/// @param subscribeRefusals filters refused
/// @param protocolErrors connections ended for breaking the protocol
/// @param deliveries messages sent to subscribers
/// @param drops messages not sent to a subscriber because it was too slow or too long away
/// @param retained retained messages held
/// @param retainFailures retained messages that the log did not take
/// @param lostWills wills that the log did not take
/// @param bytesIn bytes of complete packets received
public record MqttCounts(
    long connections,
    long sessions,
    long connects,
    long connectRefusals,
    long publishesQos0,
    long publishesQos1,
    long pubAcks,
    long publishRefusals,
    long subscribeRefusals,
    long protocolErrors,
    long deliveries,
    long drops,
    long retained,
    long retainFailures,
    long lostWills,
    long bytesIn) {}
