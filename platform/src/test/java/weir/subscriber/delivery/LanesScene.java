package weir.subscriber.delivery;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import weir.testkit.TestEngine;
import weir.testkit.WebhookReceiver;

/// Lanes over one of the databases, and a receiver.
abstract class LanesScene {

  final TestEngine engine;

  @TempDir Path folder;

  LanesFixture lanes;
  WebhookReceiver receiver;

  LanesScene(TestEngine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void open() {
    lanes = new LanesFixture(folder, engine);
    receiver = new WebhookReceiver();
  }

  @AfterEach
  void close() {
    lanes.close();
    receiver.close();
  }
}
