package weir.ingest.mqtt;

/// One handler for each packet that a client sends; shared by all connections.
record PacketHandlers(
    ConnectHandler connect,
    PublishHandler publish,
    SubscribeHandler subscribe,
    UnsubscribeHandler unsubscribe,
    DisconnectHandler disconnect) {}
