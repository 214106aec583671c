package weir.fleet.wire;

/// What a device presents: its identifier and its token.
public record Login(String user, String token) {

  @Override
  public String toString() {
    return "Login[" + user + ", ***]";
  }
}
