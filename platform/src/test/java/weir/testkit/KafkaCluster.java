package weir.testkit;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import weir.log.kafka.KafkaSettings;

/// Kafka brokers as processes of their own, each with a part of the controllers' quorum, started
/// from the libraries of this build. Clients must sign in as `weir` with the password `secret`
/// (SASL PLAIN without TLS).
public final class KafkaCluster implements AutoCloseable {

  private static final Duration START = Duration.ofSeconds(90);
  private static final String LOGIN =
      "org.apache.kafka.common.security.plain.PlainLoginModule required"
          + " username=\"weir\" password=\"secret\"";

  private final Path folder;
  private final List<Integer> ports;
  private final List<Integer> controllerPorts;
  private final List<Process> brokers = new ArrayList<>();

  public KafkaCluster(Path folder, int count) throws IOException, InterruptedException {
    this.folder = folder;
    ports = IntStream.range(0, count).map(i -> Ports.free()).boxed().toList();
    controllerPorts = IntStream.range(0, count).map(i -> Ports.free()).boxed().toList();
    String id = Uuid.randomUuid().toString();
    List<Process> formats = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Files.writeString(properties(i), settings(i));
      formats.add(
          run(i, "kafka.tools.StorageTool", "format", "-t", id, "-c", properties(i).toString()));
    }
    for (Process format : formats) {
      if (format.waitFor() != 0) {
        throw new IllegalStateException("storage not formatted, see " + folder);
      }
    }
    for (int i = 0; i < count; i++) {
      brokers.add(run(i, "kafka.Kafka", properties(i).toString()));
    }
    await().atMost(START).until(() -> ports.stream().allMatch(KafkaCluster::answers));
  }

  private Path properties(int broker) {
    return folder.resolve("broker-" + broker + ".properties");
  }

  private String settings(int i) {
    String voters =
        IntStream.range(0, ports.size())
            .mapToObj(n -> n + "@127.0.0.1:" + controllerPorts.get(n))
            .collect(Collectors.joining(","));
    return """
    process.roles=broker,controller
    node.id=%d
    controller.quorum.voters=%s
    listeners=CLIENT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d
    advertised.listeners=CLIENT://127.0.0.1:%d
    controller.listener.names=CONTROLLER
    inter.broker.listener.name=CLIENT
    listener.security.protocol.map=CLIENT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT
    sasl.enabled.mechanisms=PLAIN
    sasl.mechanism.inter.broker.protocol=PLAIN
    listener.name.client.plain.sasl.jaas.config=%s user_weir="secret";
    log.dirs=%s
    auto.create.topics.enable=false
    default.replication.factor=%d
    min.insync.replicas=%d
    offsets.topic.replication.factor=%d
    offsets.topic.num.partitions=4
    transaction.state.log.replication.factor=%d
    group.initial.rebalance.delay.ms=0
    """
        .formatted(
            i,
            voters,
            ports.get(i),
            controllerPorts.get(i),
            ports.get(i),
            LOGIN,
            folder.resolve("data-" + i),
            ports.size(),
            Math.min(2, ports.size()),
            ports.size(),
            ports.size());
  }

  private Process run(int broker, String program, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(program);
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(
            ProcessBuilder.Redirect.appendTo(folder.resolve("broker-" + broker + ".log").toFile()))
        .start();
  }

  private static boolean answers(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  public String bootstrapServers() {
    return ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
  }

  /// A file of client properties with what is needed to sign in.
  public Path clientProperties() {
    try {
      return Files.writeString(
          folder.resolve("client.properties"),
          """
          security.protocol=SASL_PLAINTEXT
          sasl.mechanism=PLAIN
          sasl.jaas.config=%s;
          """
              .formatted(LOGIN));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The settings of a client, with three copies of each new topic.
  public KafkaSettings settings(Path clientProperties) {
    return settings(bootstrapServers(), clientProperties);
  }

  /// The same of brokers that somebody else started.
  public static KafkaSettings settings(String bootstrapServers, Path clientProperties) {
    KafkaSettings standard = KafkaSettings.defaults();
    return new KafkaSettings(
        0,
        bootstrapServers,
        clientProperties,
        standard.partitions(),
        3,
        standard.retention(),
        standard.retentionBytes(),
        standard.segmentBytes(),
        standard.diskReserveBytes(),
        standard.recordBytesMax(),
        standard.bufferBytes(),
        standard.linger(),
        standard.compression());
  }

  /// The settings of a platform that has it as its log.
  public Map<String, String> asLog() {
    return Map.of(
        "kafka.bootstrap-servers",
        bootstrapServers(),
        "kafka.client-properties",
        clientProperties().toString());
  }

  /// Ends one broker at once, as `kill -9` does.
  public void kill(int broker) throws InterruptedException {
    var _ = brokers.get(broker).destroyForcibly().waitFor();
  }

  /// Starts one broker again.
  public void start(int broker) throws IOException {
    brokers.set(broker, run(broker, "kafka.Kafka", properties(broker).toString()));
    await().atMost(START).until(() -> answers(ports.get(broker)));
  }

  @Override
  public void close() {
    brokers.forEach(Process::destroyForcibly);
  }
}
