package weir.testkit;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.awaitility.Awaitility;
import weir.log.Groups;
import weir.subscriber.Subscribers;

/// How the partitions of a Kafka cluster are shared by the processes that work on them.
public final class GroupShares implements AutoCloseable {

  private static final List<String> GROUPS =
      List.of(Groups.PIPELINE, Groups.SERIES, Subscribers.GROUP);

  private final Admin admin;

  public GroupShares(String bootstrapServers) {
    admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers));
  }

  /// Waits until the members of each group have these numbers of partitions, smallest first.
  public void await(Integer... partitions) {
    for (String group : GROUPS) {
      Awaitility.await(group + " to be shared as " + Arrays.toString(partitions))
          .atMost(Duration.ofSeconds(30))
          .until(() -> of(group).equals(List.of(partitions)));
    }
  }

  private List<Integer> of(String group) throws ExecutionException, InterruptedException {
    ConsumerGroupDescription description =
        admin.describeConsumerGroups(List.of(group)).all().get().values().iterator().next();
    return description.members().stream()
        .map(member -> member.assignment().topicPartitions().size())
        .sorted()
        .toList();
  }

  @Override
  public void close() {
    admin.close();
  }
}
