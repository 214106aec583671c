package weir.subscriber.delivery;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// One HTTP/1.1 connection to a receiver, which is trusted with nothing: every length has a limit,
/// and whoever sends more is not read any further. Owned by the thread that sends; another one may
/// [#close] it to end a wait.
final class Connection implements AutoCloseable {

  private static final int BUFFER_BYTES = 2 * 1024;
  private static final int LINE_BYTES_MAX = 8 * 1024;
  private static final int HEADERS_MAX = 100;
  private static final int INTERIM_MAX = 5;
  private static final int BODY_BYTES_MAX = 64 * 1024;
  private static final int ANSWER_BYTES_MAX = 2 * 1024;

  private final Socket wire;
  private final Socket socket;
  private final InputStream in;
  private final long openedNanos;
  private long usedNanos;
  private boolean reusable = true;
  private boolean heard;
  private volatile boolean cut;

  /// @param wire what TLS, if there is any, goes over
  Connection(Socket wire, Socket socket, long nowNanos) throws IOException {
    this.wire = wire;
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES);
    this.openedNanos = nowNanos;
    this.usedNanos = nowNanos;
  }

  /// What came back.
  ///
  /// @param body the first 2 KB, without the zero characters that PostgreSQL keeps in no text
  record Answer(int status, Map<String, String> headers, String body) {
    Optional<String> header(String name) {
      return Optional.ofNullable(headers.get(name));
    }
  }

  Answer exchange(byte[] request, long nowNanos) throws IOException {
    usedNanos = nowNanos;
    heard = false;
    socket.getOutputStream().write(request);
    for (int interim = 0; interim <= INTERIM_MAX; interim++) {
      int status = status(line());
      Map<String, String> headers = headers();
      if (status >= 200) {
        return new Answer(status, headers, body(status, headers));
      }
    }
    throw new IOException("too many interim answers");
  }

  /// Whether the receiver said anything at all since the request; if not, it may have closed the
  /// connection before.
  boolean heard() {
    return heard;
  }

  boolean isReusable() {
    return reusable && !wire.isClosed();
  }

  long openedNanos() {
    return openedNanos;
  }

  long usedNanos() {
    return usedNanos;
  }

  private int status(String line) throws IOException {
    boolean readable = line.matches("HTTP/1\\.[01] [1-9][0-9]{2}( .*)?");
    if (!readable) {
      throw new IOException("the answer is not HTTP/1.1");
    }
    if (line.startsWith("HTTP/1.0")) {
      reusable = false;
    }
    return Integer.parseInt(line.substring(9, 12));
  }

  private Map<String, String> headers() throws IOException {
    Map<String, String> headers = new HashMap<>();
    for (int count = 0; count <= HEADERS_MAX; count++) {
      String line = line();
      if (line.isEmpty()) {
        return headers;
      }
      int colon = line.indexOf(':');
      if (colon <= 0) {
        throw new IOException("the answer has an unreadable header");
      }
      headers.putIfAbsent(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    throw new IOException("the answer has too many headers");
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(64);
    while (line.size() <= LINE_BYTES_MAX) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException("the receiver closed the connection");
      }
      heard = true;
      if (next == '\n') {
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
      }
      line.write(next);
    }
    throw new IOException("the answer has a line that is too long");
  }

  private String body(int status, Map<String, String> headers) throws IOException {
    if (headers.getOrDefault("connection", "").toLowerCase(Locale.ROOT).contains("close")) {
      reusable = false;
    }
    if (status == 204 || status == 304) {
      return "";
    }
    ByteArrayOutputStream kept = new ByteArrayOutputStream();
    String coding = headers.getOrDefault("transfer-encoding", "");
    if (coding.equalsIgnoreCase("chunked")) {
      chunks(kept);
    } else if (coding.isEmpty() && headers.containsKey("content-length")) {
      read(length(headers.getOrDefault("content-length", "")), kept);
    } else {
      reusable = false;
      read(BODY_BYTES_MAX, kept);
    }
    return kept.toString(StandardCharsets.UTF_8).replace('\0', '\uFFFD');
  }

  private static long length(String text) throws IOException {
    if (!text.matches("[0-9]{1,18}")) {
      throw new IOException("the answer has an unreadable length");
    }
    return Long.parseLong(text);
  }

  private void chunks(ByteArrayOutputStream kept) throws IOException {
    long total = 0;
    while (reusable) {
      String size = line().split(";", 2)[0].strip();
      if (!size.matches("[0-9A-Fa-f]{1,8}")) {
        throw new IOException("the answer has an unreadable chunk");
      }
      long bytes = Long.parseLong(size, 16);
      if (bytes == 0) {
        Map<String, String> _ = headers();
        return;
      }
      total += bytes;
      if (total > BODY_BYTES_MAX) {
        reusable = false;
        return;
      }
      read(bytes, kept);
      String _ = line();
    }
  }

  /// Reads at most 64 KB and keeps the first 2 KB; more than that, or an early end, and the
  /// connection is not used again.
  private void read(long bytes, ByteArrayOutputStream kept) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    long left = Math.min(bytes, BODY_BYTES_MAX);
    reusable &= bytes <= BODY_BYTES_MAX;
    while (left > 0) {
      int count = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (count < 0) {
        reusable = false;
        return;
      }
      kept.write(buffer, 0, Math.min(count, ANSWER_BYTES_MAX - kept.size()));
      left -= count;
    }
  }

  /// Ends it because the time is over; another thread may do so.
  void cut() {
    cut = true;
    close();
  }

  boolean wasCut() {
    return cut;
  }

  /// Ends it at once, without the farewell of TLS, which could take its time.
  @Override
  public void close() {
    try {
      wire.close();
    } catch (IOException e) {
      // It is of no use any more, whatever became of it.
      reusable = false;
    }
  }
}
