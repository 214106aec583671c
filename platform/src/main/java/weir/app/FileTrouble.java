package weir.app;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/// Why a file or folder cannot be used, in words. The message of the usual exceptions is its path
/// alone.
public final class FileTrouble {

  private FileTrouble() {}

  public static String of(IOException failure) {
    return switch (failure) {
      case NoSuchFileException missing -> "there is no " + missing.getFile();
      case AccessDeniedException denied -> "no permission for " + denied.getFile();
      case FileAlreadyExistsException there ->
          there.getFile() + " is there already, and is no folder";
      case FileSystemException other when other.getReason() == null ->
          other.getFile() + ": " + other.getClass().getSimpleName();
      default -> String.valueOf(failure.getMessage());
    };
  }
}
