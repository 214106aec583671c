package weir.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/// A disk of a few megabytes, in memory. Only root can mount one: others skip its tests,
/// with a visible line. Where root cannot either they are skipped too, but fail with
/// CI=true.
public final class SmallDisk implements AutoCloseable {

  private final Path folder;

  /// @param folder where it is mounted
  public SmallDisk(Path folder, int mebibytes) throws IOException {
    this.folder = Files.createDirectories(folder);
    boolean isRoot = "root".equals(System.getProperty("user.name"));
    if (!isRoot) {
      System.out.println("SKIPPED: only root can mount a small disk");
    }
    Assumptions.assumeTrue(isRoot, "only root can mount a small disk");
    boolean mounted =
        run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", folder.toString());
    Programs.require(mounted, "a small disk that can be mounted here");
  }

  private static boolean run(String... command) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return process.onExit().join().exitValue() == 0;
  }

  @Override
  public void close() throws IOException {
    boolean _ = run("umount", "--lazy", folder.toString());
  }
}
