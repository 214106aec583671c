package weir.testkit;

import java.nio.file.Path;
import weir.device.SqlEngine;

/// The engines that every test of the registry and the lanes runs on. Without PostgreSQL its half
/// is skipped, or fails with CI=true.
public enum TestEngine {
  SQLITE {
    @Override
    public SqlEngine in(Path folder, String file) {
      return SqlEngine.sqlite(folder.resolve(file));
    }
  },
  POSTGRES {
    @Override
    public SqlEngine in(Path folder, String file) {
      PostgresServer.require();
      return SqlEngine.postgres(PostgresServer.shared().databaseOf(folder));
    }
  };

  /// An engine that keeps what it has while the folder is the same.
  public abstract SqlEngine in(Path folder, String file);
}
