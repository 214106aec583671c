package weir.app.life;

import java.time.Duration;
import java.time.InstantSource;
import weir.device.presence.PresenceBoard;
import weir.subscriber.Loop;

/// Reads again and again who is there, in a process without doors: those with doors store it.
public final class PresenceFollower implements AutoCloseable {

  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final PresenceBoard board;
  private final Loop loop;

  public PresenceFollower(PresenceBoard board, InstantSource clock) {
    this.board = board;
    this.loop = new Loop("presence-follower", this::turn, clock);
  }

  public void start() {
    loop.start();
  }

  private void turn() throws InterruptedException {
    board.refresh();
    boolean _ = loop.pause(PAUSE);
  }

  @Override
  public void close() {
    loop.close();
  }
}
