package weir.log;

/// One ordered part of a topic.
public record Partition(Topic topic, int number) implements Comparable<Partition> {

  @Override
  public int compareTo(Partition other) {
    int byTopic = topic.name().compareTo(other.topic.name());
    return byTopic != 0 ? byTopic : Integer.compare(number, other.number);
  }

  @Override
  public String toString() {
    return topic + "-" + number;
  }
}
