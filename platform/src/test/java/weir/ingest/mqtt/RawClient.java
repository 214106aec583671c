package weir.ingest.mqtt;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.HexFormat;

/// A client that sends bytes as they are and reads packets as hexadecimal text.
final class RawClient implements AutoCloseable {

  /// What [#read] answers when the server has closed the connection.
  static final String CLOSED = "closed";

  private static final int TIMEOUT_MILLIS = 5000;

  private final Socket socket;
  private final DataInputStream in;

  RawClient(int port) {
    try {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.setTcpNoDelay(true);
      in = new DataInputStream(socket.getInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Connects, sends a CONNECT and expects it to be accepted.
  static RawClient admitted(int port, byte[] connect) {
    RawClient client = new RawClient(port);
    String answer = client.send(connect).read();
    if (!answer.startsWith("20") || !answer.substring(6, 8).equals("00")) {
      throw new IllegalStateException("not admitted: " + answer);
    }
    return client;
  }

  RawClient send(byte[]... packets) {
    try {
      for (byte[] packet : packets) {
        socket.getOutputStream().write(packet);
      }
      socket.getOutputStream().flush();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The next packet as hexadecimal: first byte, one or more bytes of length, body; or [#CLOSED].
  String read() {
    try {
      int first = in.readUnsignedByte();
      StringBuilder header = new StringBuilder("%02x".formatted(first));
      int length = 0;
      int shift = 0;
      int digit;
      do {
        digit = in.readUnsignedByte();
        header.append("%02x".formatted(digit));
        length |= (digit & 0x7F) << shift;
        shift += 7;
      } while (digit >= 0x80);
      return header + HexFormat.of().formatHex(in.readNBytes(length));
    } catch (EOFException | SocketException closed) {
      return CLOSED;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Whether nothing comes within a short time.
  boolean isSilent() {
    try {
      socket.setSoTimeout(150);
      in.readUnsignedByte();
      return false;
    } catch (SocketTimeoutException silence) {
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      restoreTimeout();
    }
  }

  private void restoreTimeout() {
    try {
      socket.setSoTimeout(TIMEOUT_MILLIS);
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Goes without a DISCONNECT.
  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
