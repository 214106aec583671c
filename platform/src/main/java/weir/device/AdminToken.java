package weir.device;

import java.security.SecureRandom;
import java.util.Optional;

/// The one token that opens everything under `/api`. Made at the first start, or given; only its
/// SHA-256 is kept. Safe for use by many threads.
public final class AdminToken {

  private static final String SETTING = "admin-token";
  private static final String PREFIX = "weir_";
  private static final int CHARS_MIN = 8;
  private static final int CHARS_MAX = 512;

  private final Database database;
  private final String inner = Token.fresh(PREFIX, new SecureRandom());
  private final String innerHash = Token.hash(inner);
  private volatile String hash;

  AdminToken(Database database) {
    this.database = database;
    hash = database.setting(SETTING).orElse("");
  }

  /// Makes a token when there is none yet, and returns it, to be shown this one time.
  public Optional<String> makeIfMissing() {
    if (!hash.isEmpty()) {
      return Optional.empty();
    }
    String token = Token.fresh(PREFIX, new SecureRandom());
    hash = database.setIfMissing(SETTING, Token.hash(token));
    return matches(token) ? Optional.of(token) : Optional.empty();
  }

  /// Takes a token that the operator chose instead of the one that is there.
  ///
  /// @throws IllegalArgumentException when it is not 8 to 512 visible ASCII characters
  public void replace(String token) {
    boolean visible = token.chars().allMatch(c -> c > ' ' && c < 127);
    if (token.length() < CHARS_MIN || token.length() > CHARS_MAX || !visible) {
      throw new IllegalArgumentException(
          "the admin token must be 8 to 512 visible ASCII characters");
    }
    if (!matches(token)) {
      store(token);
    }
  }

  private void store(String token) {
    String fresh = Token.hash(token);
    database.set(SETTING, fresh);
    hash = fresh;
  }

  /// A second token that opens the same, for parts of this process that speak to it over its own
  /// sockets. It ends with the process.
  public String inner() {
    return inner;
  }

  /// Compared in a time that says nothing of the token.
  public boolean matches(String presented) {
    if (presented.length() > CHARS_MAX) {
      return false;
    }
    String presentedHash = Token.hash(presented);
    return Token.isSame(hash, presentedHash) || Token.isSame(innerHash, presentedHash);
  }
}
