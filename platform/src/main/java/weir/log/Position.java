package weir.log;

/// Where a record is: its partition and its offset in it.
public record Position(Partition partition, long offset) {

  @Override
  public String toString() {
    return partition + "@" + offset;
  }
}
