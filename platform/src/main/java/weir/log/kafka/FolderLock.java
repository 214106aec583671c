package weir.log.kafka;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.log.LogException;

/// Keeps a second process, or a second broker in this one, out of a data folder. The operating
/// system takes the lock back from a process that was killed.
final class FolderLock implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(FolderLock.class);

  private final FileChannel channel;

  private FolderLock(FileChannel channel) {
    this.channel = channel;
  }

  /// Takes the folder, which is made when it is missing.
  static FolderLock take(Path folder) {
    FileChannel channel;
    try {
      Files.createDirectories(folder);
      channel =
          FileChannel.open(
              folder.resolve("weir.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException failure) {
      throw new LogException("the log's folder cannot be written: " + folder, failure);
    }
    FolderLock lock = new FolderLock(channel);
    if (!lock.holds()) {
      lock.close();
      throw new LogException("the log in " + folder + " is in use by another Weir process");
    }
    return lock;
  }

  private boolean holds() {
    try {
      FileLock held = channel.tryLock();
      return held != null;
    } catch (OverlappingFileLockException heldHere) {
      return false;
    } catch (IOException failure) {
      close();
      throw new LogException("the log's folder cannot be locked", failure);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException failure) {
      log.debug("closing the lock file failed", failure);
    }
  }
}
