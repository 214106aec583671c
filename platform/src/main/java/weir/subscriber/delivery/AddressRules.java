package weir.subscriber.delivery;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import weir.subscriber.SubscriberSettings.Callbacks;

/// Which addresses may be called: public ones, and what the settings add. A form of IPv6 that
/// hides an IPv4 address is judged by what it hides, or refused. Immutable.
public final class AddressRules {

  private static final Pattern NUMERIC =
      Pattern.compile(
          "(0x[0-9a-f]*|[0-9]+)(\\.(0x[0-9a-f]*|[0-9]+))*\\.?", Pattern.CASE_INSENSITIVE);
  private static final Pattern PLAIN =
      Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");

  /// Never public, by RFC 6890 and its successors.
  private static final List<Network> SPECIAL =
      networks(
          "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12"
              + " 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15"
              + " 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 ::/96 ::ffff:0:0:0/96"
              + " 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 3fff::/20"
              + " 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8");

  private static final List<Network> LOOPBACK = networks("127.0.0.0/8 ::1/128");

  private final List<Network> allowed = new ArrayList<>();
  private final NameLookup lookup;

  /// @param callbacks what is allowed although it is not public
  public AddressRules(Callbacks callbacks) {
    this(callbacks, new NameLookup(InetAddress::getAllByName, NameLookup.THREADS_MAX));
  }

  AddressRules(Callbacks callbacks, NameLookup lookup) {
    this.lookup = lookup;
    if (callbacks.allowLoopback()) {
      allowed.addAll(LOOPBACK);
    }
    callbacks.allowedNetworks().forEach(network -> allowed.add(Network.parse(network)));
  }

  /// @throws IllegalArgumentException when one is not of the form `10.1.0.0/16`
  public static void checkNetworks(List<String> networks) {
    networks.forEach(Network::parse);
  }

  private static List<Network> networks(String text) {
    List<Network> networks = new ArrayList<>();
    for (String one : text.split(" ", -1)) {
      networks.add(Network.parse(one));
    }
    return List.copyOf(networks);
  }

  /// Whether everything that a name stands for may be called. A name that nobody knows, or not in
  /// time, is let through: it is looked up again when there is something to send.
  public boolean allowName(String host, Duration limit) {
    try {
      InetAddress[] addresses = resolve(host, limit);
      return addresses.length > 0;
    } catch (BlockedAddressException e) {
      return false;
    } catch (IOException notYet) {
      return true;
    }
  }

  /// Whether this address may be called. Java hands out IPv4-mapped addresses as IPv4.
  public boolean allows(InetAddress address) {
    return allowed.stream().anyMatch(network -> network.contains(address))
        || SPECIAL.stream().noneMatch(network -> network.contains(address));
  }

  /// A host without the brackets of IPv6 and without the dot at the end.
  public static String bare(String host) {
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    return bare.endsWith(".") ? bare.substring(0, bare.length() - 1) : bare;
  }

  /// Whether a host is an IPv4 address in a spelling of which not everybody thinks the same,
  /// such as `0177.0.0.1` or `2130706433`.
  public static boolean isOddlySpelled(String host) {
    return NUMERIC.matcher(host).matches() && !PLAIN.matcher(host).matches();
  }

  private record Network(BigInteger prefix, int prefixBits, int addressBytes) {

    static Network parse(String text) {
      String[] parts = text.split("/", -1);
      try {
        byte[] address = InetAddress.ofLiteral(parts[0]).getAddress();
        int bits = Integer.parseInt(parts.length == 2 ? parts[1] : "");
        if (bits < 0 || bits > address.length * 8) {
          throw new IllegalArgumentException("bits");
        }
        return new Network(prefix(address, bits), bits, address.length);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "allowed-networks must be of the form 10.1.0.0/16, got " + text, e);
      }
    }

    private static BigInteger prefix(byte[] address, int bits) {
      return new BigInteger(1, address).shiftRight(address.length * 8 - bits);
    }

    boolean contains(InetAddress address) {
      byte[] bytes = address.getAddress();
      return bytes.length == addressBytes && prefix(bytes, prefixBits).equals(prefix);
    }
  }

  /// Looks a name up and checks what comes back.
  ///
  /// @return the addresses, all of which may be called
  /// @throws BlockedAddressException when one of them may not
  InetAddress[] resolve(String host, Duration limit) throws IOException {
    InetAddress[] addresses = lookup.addresses(bare(host), limit);
    if (addresses.length == 0 || !Arrays.stream(addresses).allMatch(this::allows)) {
      throw new BlockedAddressException();
    }
    return addresses;
  }
}
