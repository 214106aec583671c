package weir.app.watch;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/// Connects to an MQTT broker as any client does, pings it and leaves. Plain MQTT 3.1.1.
public final class MqttRoundTrip implements RoundTrips.Question {

  /// The client's identifier at our own door; it is no device.
  public static final String CLIENT_ID = "weir-round-trip";

  /// Who connects.
  ///
  /// @param username empty to give no name and no password
  public record Login(String clientId, String username, String password) {}

  private static final int CONNECT = 0x10;
  private static final int CONNACK = 0x20;
  private static final int PINGREQ = 0xC0;
  private static final int PINGRESP = 0xD0;
  private static final int DISCONNECT = 0xE0;
  private static final int LEVEL_3_1_1 = 4;
  private static final int CLEAN = 0b0000_0010;
  private static final int WITH_LOGIN = 0b1100_0000;

  private final String host;
  private final int port;
  private final boolean tls;
  private final Login login;
  private final Duration limit;

  public MqttRoundTrip(String host, int port, boolean tls, Login login, Duration limit) {
    this.host = host;
    this.port = port;
    this.tls = tls;
    this.login = login;
    this.limit = limit;
  }

  @Override
  public void ask() throws IOException {
    int millis = (int) limit.toMillis();
    try (Socket plain = new Socket()) {
      plain.connect(new InetSocketAddress(host, port), millis);
      plain.setSoTimeout(millis);
      Socket socket = tls ? secured(plain) : plain;
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      DataInputStream in = new DataInputStream(socket.getInputStream());
      out.write(connect());
      expect(in, CONNACK, 2);
      out.write(new byte[] {(byte) PINGREQ, 0});
      expect(in, PINGRESP, 0);
      out.write(new byte[] {(byte) DISCONNECT, 0});
    }
  }

  /// A password goes only to the broker that was meant.
  private Socket secured(Socket plain) throws IOException {
    SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
    SSLSocket socket = (SSLSocket) factory.createSocket(plain, host, port, true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    socket.setSSLParameters(parameters);
    return socket;
  }

  private byte[] connect() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(body);
    out.writeUTF("MQTT");
    out.write(LEVEL_3_1_1);
    out.write(login.username().isEmpty() ? CLEAN : CLEAN | WITH_LOGIN);
    out.writeShort((int) limit.toSeconds());
    out.writeUTF(login.clientId());
    if (!login.username().isEmpty()) {
      out.writeUTF(login.username());
      byte[] secret = login.password().getBytes(StandardCharsets.UTF_8);
      out.writeShort(secret.length);
      out.write(secret);
    }
    ByteArrayOutputStream packet = new ByteArrayOutputStream();
    packet.write(CONNECT);
    writeLength(packet, body.size());
    body.writeTo(packet);
    return packet.toByteArray();
  }

  /// Seven bits a byte, the lowest first.
  private static void writeLength(ByteArrayOutputStream out, int length) {
    int rest = length;
    while (rest > 127) {
      out.write((rest & 127) | 128);
      rest >>>= 7;
    }
    out.write(rest);
  }

  private static void expect(DataInputStream in, int type, int length) throws IOException {
    int found = in.readUnsignedByte();
    byte[] rest = new byte[in.readUnsignedByte()];
    in.readFully(rest);
    if (found != type || rest.length != length) {
      throw new IOException("the broker answered with packet type " + (found >> 4));
    }
    if (length == 2 && rest[1] != 0) {
      throw new IOException("the broker refused the connection with code " + rest[1]);
    }
  }
}
