package weir.app.watch;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// Connects to an MQTT broker as any client does, pings it and leaves. Plain MQTT 3.1.1.
public final class MqttRoundTrip implements RoundTrips.Question {

  /// The client's identifier; it is no device.
  public static final String CLIENT_ID = "weir-round-trip";

  private static final int CONNECT = 0x10;
  private static final int CONNACK = 0x20;
  private static final int PINGREQ = 0xC0;
  private static final int PINGRESP = 0xD0;
  private static final int DISCONNECT = 0xE0;
  private static final int LEVEL_3_1_1 = 4;
  private static final int CLEAN_WITH_LOGIN = 0b1100_0010;

  private final InetSocketAddress broker;
  private final String password;
  private final Duration limit;

  public MqttRoundTrip(InetSocketAddress broker, String password, Duration limit) {
    this.broker = broker;
    this.password = password;
    this.limit = limit;
  }

  @Override
  public void ask() throws IOException {
    try (Socket socket = new Socket()) {
      int millis = (int) limit.toMillis();
      socket.connect(broker, millis);
      socket.setSoTimeout(millis);
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      DataInputStream in = new DataInputStream(socket.getInputStream());
      out.write(connect());
      expect(in, CONNACK, 2);
      out.write(new byte[] {(byte) PINGREQ, 0});
      expect(in, PINGRESP, 0);
      out.write(new byte[] {(byte) DISCONNECT, 0});
    }
  }

  private byte[] connect() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(body);
    out.writeUTF("MQTT");
    out.write(LEVEL_3_1_1);
    out.write(CLEAN_WITH_LOGIN);
    out.writeShort((int) limit.toSeconds());
    out.writeUTF(CLIENT_ID);
    out.writeUTF("admin");
    byte[] secret = password.getBytes(StandardCharsets.UTF_8);
    out.writeShort(secret.length);
    out.write(secret);
    ByteArrayOutputStream packet = new ByteArrayOutputStream();
    packet.write(CONNECT);
    packet.write(body.size());
    body.writeTo(packet);
    return packet.toByteArray();
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
