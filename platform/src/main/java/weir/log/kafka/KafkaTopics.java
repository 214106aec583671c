package weir.log.kafka;

import static java.util.stream.Collectors.toMap;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import weir.log.EventLog.Committed;
import weir.log.EventLog.Kept;
import weir.log.EventLog.Member;
import weir.log.EventLog.OffsetRange;
import weir.log.LogException;
import weir.log.Partition;
import weir.log.Topic;
import weir.log.TopicSpec;

/// What exists in the log: topics, their offset ranges, and what groups committed. Waits up
/// to ten seconds for the cluster.
final class KafkaTopics implements AutoCloseable {

  private static final Duration CREATE_WAIT = Duration.ofSeconds(10);
  private static final Duration RETRY_WAIT = Duration.ofMillis(10);

  private final Admin admin;
  private final KafkaSettings settings;

  KafkaTopics(ClientProperties properties, KafkaSettings settings) {
    this.admin = Admin.create(properties.admin());
    this.settings = settings;
  }

  /// Creates the topics that are missing, and checks those that are not.
  void create(Collection<TopicSpec> specs) {
    Map<String, KafkaFuture<Void>> creations =
        admin.createTopics(specs.stream().map(this::newTopic).toList()).values();
    for (TopicSpec spec : specs) {
      try {
        resultOf(creations.get(spec.topic().name()));
      } catch (ExecutionException failure) {
        if (!mayExist(failure.getCause())) {
          throw failed("create topic " + spec.topic(), failure);
        }
        TopicDescription found = checkPartitions(spec);
        if (settings.embedded()) {
          takeOver(spec);
        } else {
          checkConfiguration(spec, found);
        }
      }
    }
    awaitLeaders(specs);
  }

  /// Where topics may not be created, somebody else has to have created them.
  private static boolean mayExist(@Nullable Throwable refusal) {
    return refusal instanceof TopicExistsException || refusal instanceof AuthorizationException;
  }

  private void takeOver(TopicSpec spec) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, spec.topic().name());
    List<AlterConfigOp> changes =
        configs(spec).entrySet().stream()
            .map(entry -> new ConfigEntry(entry.getKey(), entry.getValue()))
            .map(entry -> new AlterConfigOp(entry, AlterConfigOp.OpType.SET))
            .toList();
    try {
      resultOf(admin.incrementalAlterConfigs(Map.of(resource, changes)).all());
    } catch (ExecutionException failure) {
      throw failed("configure topic " + spec.topic(), failure);
    }
  }

  /// A new partition takes records only once its leader is ready; asking the leader waits
  /// for that.
  private void awaitLeaders(Collection<TopicSpec> specs) {
    Map<TopicPartition, OffsetSpec> all = new HashMap<>();
    for (TopicSpec spec : specs) {
      for (int i = 0; i < spec.partitions(); i++) {
        all.put(new TopicPartition(spec.topic().name(), i), OffsetSpec.latest());
      }
    }
    long deadline = System.nanoTime() + CREATE_WAIT.toNanos();
    while (!haveLeaders(all)) {
      if (System.nanoTime() > deadline) {
        throw new LogException("topics cannot be written yet: " + specs);
      }
      LockSupport.parkNanos(RETRY_WAIT.toNanos());
    }
  }

  private boolean haveLeaders(Map<TopicPartition, OffsetSpec> partitions) {
    try {
      resultOf(admin.listOffsets(partitions).all());
      return true;
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof RetriableException) {
        return false;
      }
      throw failed("find the leaders of new topics", failure);
    }
  }

  private NewTopic newTopic(TopicSpec spec) {
    Optional<Short> replication =
        settings.replicationFactor() == -1
            ? Optional.empty()
            : Optional.of((short) settings.replicationFactor());
    return new NewTopic(spec.topic().name(), Optional.of(spec.partitions()), replication)
        .configs(configs(spec));
  }

  private Map<String, String> configs(TopicSpec spec) {
    Map<String, String> configs = new HashMap<>();
    configs.put("cleanup.policy", spec.cleanup().name().toLowerCase(Locale.ROOT));
    configs.put("max.message.bytes", Integer.toString(messageBytesMax()));
    switch (spec.cleanup()) {
      case DELETE -> {
        long bytes = settings.retentionBytes() / spec.partitions();
        configs.put("retention.ms", Long.toString(spec.retention().toMillis()));
        configs.put("retention.bytes", Long.toString(bytes));
        configs.put("segment.bytes", Long.toString(segmentBytes(bytes)));
      }
      case COMPACT -> configs.put("segment.ms", "3600000");
    }
    return configs;
  }

  /// Removal works by whole segments, so a partition should have some; a segment must hold
  /// the longest record.
  private long segmentBytes(long partitionBytes) {
    return Math.clamp(partitionBytes / 4, messageBytesMax(), settings.segmentBytes());
  }

  private int messageBytesMax() {
    return settings.recordBytesMax() + KafkaSettings.BATCH_OVERHEAD_BYTES;
  }

  private TopicDescription checkPartitions(TopicSpec spec) {
    TopicDescription description = describe(Set.of(spec.topic())).get(spec.topic().name());
    if (description == null) {
      throw new LogException(
          "topic %s does not exist and may not be created; it needs %d partitions"
              .formatted(spec.topic(), spec.partitions()));
    }
    int existing = description.partitions().size();
    if (existing != spec.partitions()) {
      throw new LogException(
          "topic %s exists with %d partitions, but %d are set; kafka.partitions cannot change later"
              .formatted(spec.topic(), existing, spec.partitions()));
    }
    return description;
  }

  /// Who may not see the configuration of a topic has to trust who made it.
  private void checkConfiguration(TopicSpec spec, TopicDescription found) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, spec.topic().name());
    try {
      Config config = resultOf(admin.describeConfigs(List.of(resource)).values().get(resource));
      new ForeignTopic(spec, found, config).check(configs(spec), settings.replicationFactor());
    } catch (ExecutionException failure) {
      if (!(failure.getCause() instanceof AuthorizationException)) {
        throw failed("see the configuration of topic " + spec.topic(), failure);
      }
    }
  }

  private Map<String, TopicDescription> describe(Set<Topic> topics) {
    Map<String, TopicDescription> found = new TreeMap<>();
    admin
        .describeTopics(topics.stream().map(Topic::name).toList())
        .topicNameValues()
        .forEach(
            (name, description) -> {
              try {
                found.put(name, resultOf(description));
              } catch (ExecutionException failure) {
                if (!(failure.getCause() instanceof UnknownTopicOrPartitionException)) {
                  throw failed("describe topic " + name, failure);
                }
              }
            });
    return found;
  }

  Map<Partition, OffsetRange> ranges(Set<Topic> topics) {
    Map<TopicPartition, OffsetSpec> earliest = new HashMap<>();
    describe(topics)
        .forEach(
            (name, description) ->
                description
                    .partitions()
                    .forEach(
                        partition ->
                            earliest.put(
                                new TopicPartition(name, partition.partition()),
                                OffsetSpec.earliest())));
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    earliest.keySet().forEach(partition -> latest.put(partition, OffsetSpec.latest()));
    Map<TopicPartition, ListOffsetsResultInfo> starts = offsets(earliest);
    Map<TopicPartition, ListOffsetsResultInfo> ends = offsets(latest);
    Map<Partition, OffsetRange> ranges = new TreeMap<>();
    starts.forEach(
        (partition, start) -> {
          ListOffsetsResultInfo end = ends.get(partition);
          if (end != null) {
            ranges.put(partitionOf(partition), new OffsetRange(start.offset(), end.offset()));
          }
        });
    return ranges;
  }

  Map<Partition, Long> offsetsAt(Set<Topic> topics, long timestampMillis) {
    Map<Partition, OffsetRange> ranges = ranges(topics);
    Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
    ranges
        .keySet()
        .forEach(
            partition ->
                wanted.put(
                    KafkaRecords.kafka(partition), OffsetSpec.forTimestamp(timestampMillis)));
    Map<Partition, Long> found = new TreeMap<>();
    offsets(wanted)
        .forEach(
            (partition, at) -> {
              Partition ours = partitionOf(partition);
              OffsetRange range = ranges.get(ours);
              if (range != null) {
                found.put(ours, at.offset() < 0 ? range.end() : at.offset());
              }
            });
    return found;
  }

  private Map<TopicPartition, ListOffsetsResultInfo> offsets(Map<TopicPartition, OffsetSpec> of) {
    try {
      return resultOf(admin.listOffsets(of).all());
    } catch (ExecutionException failure) {
      throw failed("list offsets", failure);
    }
  }

  /// Makes these the first offsets of their partitions.
  void removeBefore(Map<Partition, Long> offsets) {
    Map<TopicPartition, RecordsToDelete> wanted = new HashMap<>();
    offsets.forEach(
        (partition, offset) ->
            wanted.put(KafkaRecords.kafka(partition), RecordsToDelete.beforeOffset(offset)));
    try {
      resultOf(admin.deleteRecords(wanted).all());
    } catch (ExecutionException failure) {
      throw failed("remove old records", failure);
    }
  }

  Map<Partition, Committed> committed(String group) {
    try {
      return resultOf(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
          .entrySet()
          .stream()
          .filter(entry -> entry.getValue() != null)
          .collect(
              toMap(
                  entry -> partitionOf(entry.getKey()),
                  entry -> new Committed(entry.getValue().offset(), entry.getValue().metadata()),
                  (one, other) -> one,
                  TreeMap::new));
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof GroupIdNotFoundException) {
        return Map.of();
      }
      throw failed("read the positions of group " + group, failure);
    }
  }

  Set<Topic> topics() {
    try {
      return resultOf(admin.listTopics().names()).stream()
          .map(Topic::new)
          .collect(Collectors.toUnmodifiableSet());
    } catch (ExecutionException failure) {
      throw failed("list topics", failure);
    }
  }

  Set<String> groups() {
    try {
      return resultOf(admin.listGroups().all()).stream()
          .map(GroupListing::groupId)
          .collect(Collectors.toUnmodifiableSet());
    } catch (ExecutionException failure) {
      throw failed("list groups", failure);
    }
  }

  /// Topics that may not be asked for are left out.
  Map<Topic, Kept> kept(Set<Topic> topics) {
    List<ConfigResource> resources =
        topics.stream()
            .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic.name()))
            .toList();
    Map<String, Long> bytes = bytesByTopic();
    Map<Topic, Kept> kept = new HashMap<>();
    admin
        .describeConfigs(resources)
        .values()
        .forEach(
            (resource, found) -> {
              try {
                String name = resource.name();
                kept.put(new Topic(name), kept(resultOf(found), bytes.get(name)));
              } catch (ExecutionException failure) {
                mustBeRefusal(failure, "describe topic " + resource.name());
              }
            });
    return kept;
  }

  private static Kept kept(Config config, @Nullable Long bytes) {
    String policy = config.get("cleanup.policy").value();
    long millis = Long.parseLong(config.get("retention.ms").value());
    boolean ages = policy.contains("delete") && millis >= 0;
    return new Kept(policy, ages ? Duration.ofMillis(millis) : null, bytes);
  }

  private Map<String, Long> bytesByTopic() {
    Map<String, Long> bytes = new HashMap<>();
    try {
      List<Integer> brokers =
          resultOf(admin.describeCluster().nodes()).stream().map(Node::id).toList();
      resultOf(admin.describeLogDirs(brokers).allDescriptions()).values().stream()
          .flatMap(folders -> folders.values().stream())
          .flatMap(folder -> folder.replicaInfos().entrySet().stream())
          .forEach(each -> bytes.merge(each.getKey().topic(), each.getValue().size(), Long::sum));
    } catch (ExecutionException failure) {
      mustBeRefusal(failure, "measure the topics");
    }
    return bytes;
  }

  Map<String, List<Member>> members(Set<String> groups) {
    Map<String, List<Member>> members = new HashMap<>();
    admin
        .describeConsumerGroups(groups)
        .describedGroups()
        .forEach(
            (group, found) -> {
              try {
                members.put(
                    group, resultOf(found).members().stream().map(KafkaTopics::memberOf).toList());
              } catch (ExecutionException failure) {
                mustBeRefusal(failure, "describe group " + group);
              }
            });
    return members;
  }

  /// Kafka writes a host with a slash before it.
  private static Member memberOf(MemberDescription member) {
    String host = member.host().startsWith("/") ? member.host().substring(1) : member.host();
    List<Partition> partitions =
        member.assignment().topicPartitions().stream()
            .map(KafkaTopics::partitionOf)
            .sorted()
            .toList();
    return new Member(member.clientId(), host, partitions);
  }

  /// What is not there any more, or may not be asked for, is only not told.
  private static void mustBeRefusal(ExecutionException failure, String act) {
    Throwable cause = failure.getCause();
    if (!(cause instanceof AuthorizationException)
        && !(cause instanceof UnknownTopicOrPartitionException)
        && !(cause instanceof GroupIdNotFoundException)) {
      throw failed(act, failure);
    }
  }

  private static Partition partitionOf(TopicPartition partition) {
    return new Partition(new Topic(partition.topic()), partition.partition());
  }

  private static <T> T resultOf(@Nullable KafkaFuture<T> future) throws ExecutionException {
    if (future == null) {
      throw new LogException("the log did not answer");
    }
    try {
      return future.get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new LogException("interrupted while waiting for the log", interrupted);
    }
  }

  private static LogException failed(String act, ExecutionException failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    return new LogException("could not " + act + ": " + cause.getMessage(), cause);
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(1));
  }
}
