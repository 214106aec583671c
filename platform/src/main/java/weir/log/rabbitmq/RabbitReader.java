package weir.log.rabbitmq;

import com.rabbitmq.client.Connection;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import weir.log.EventLog.LogReader;
import weir.log.LogRecord;
import weir.log.Partition;

/// Reads wherever it is told to, outside any group.
final class RabbitReader implements LogReader {

  private final Connections connections;
  private final Ends ends;
  private final Inbox inbox = new Inbox();
  private Map<Partition, Long> wanted = Map.of();
  private @Nullable Connection connection;

  RabbitReader(Connections connections, Ends ends) {
    this.connections = connections;
    this.ends = ends;
  }

  @Override
  public void seek(Map<Partition, Long> offsets) {
    inbox.leaveAll();
    wanted = Map.copyOf(offsets);
    open();
  }

  private void open() {
    if (connection != null) {
      Connections.close(connection);
    }
    Connection opened = connections.open("weir-reader");
    connection = opened;
    wanted.forEach((partition, offset) -> inbox.read(opened, partition, offset));
  }

  @Override
  public void seekToTime(Set<Partition> partitions, long timestampMillis) {
    Map<Partition, Long> all =
        ends.offsetsAt(
            partitions.stream().map(Partition::topic).collect(Collectors.toSet()), timestampMillis);
    Map<Partition, Long> found = new HashMap<>();
    partitions.forEach(partition -> found.put(partition, all.getOrDefault(partition, 0L)));
    seek(found);
  }

  @Override
  public List<LogRecord> poll(Duration wait) {
    if (wanted.isEmpty()) {
      return List.of();
    }
    if (connection == null || !connection.isOpen()) {
      Map<Partition, Long> goOn = new HashMap<>(wanted);
      goOn.putAll(inbox.positions());
      seek(goOn);
    }
    return inbox.poll(wait);
  }

  @Override
  public void close() {
    if (connection != null) {
      Connections.close(connection);
    }
    inbox.leaveAll();
  }
}
