package weir.device;

import java.nio.file.Path;
import java.time.InstantSource;

/// Who speaks: devices, their types and how their values are decoded, in one SQL database.
///
/// Opening it brings the tables up to date and, the first time only, fills in the types, parameters
/// and sample devices that ship with the program. Safe for use by many threads.
public final class Registry implements AutoCloseable {

  private final Database database;
  private final DeviceTypes types;
  private final Devices devices;
  private final DecodingParameters parameters;
  private final Credentials credentials;
  private final AdminToken adminToken;
  private final Outbox outbox;
  private final Owners owners;
  private final Generator generator;
  private final Directory directory;

  /// Opens the registry in a file, which is created when it is missing.
  public Registry(Path file, DeviceSettings settings, InstantSource clock) {
    database = new Database(file, settings.readersMax());
    new Seeds(clock).plant(database);
    DirectoryCache cache = new DirectoryCache(database, settings);
    outbox = new Outbox(database, clock);
    owners = new Owners(database, clock);
    generator = new Generator(database, cache, outbox, clock);
    types = new DeviceTypes(database, cache, clock);
    devices = new Devices(database, cache, outbox, clock);
    parameters = new DecodingParameters(database, cache, clock);
    credentials = new Credentials(database, cache, clock);
    adminToken = new AdminToken(database);
    directory = new RegistryDirectory(cache, devices, types);
  }

  public Devices devices() {
    return devices;
  }

  public DeviceTypes types() {
    return types;
  }

  public DecodingParameters parameters() {
    return parameters;
  }

  public Credentials credentials() {
    return credentials;
  }

  public Owners owners() {
    return owners;
  }

  /// Makes sample devices.
  public Generator generator() {
    return generator;
  }

  public AdminToken adminToken() {
    return adminToken;
  }

  /// The fast way to look things up, for the pipeline.
  public Directory directory() {
    return directory;
  }

  /// Changes of devices that wait to be told to others.
  public Outbox outbox() {
    return outbox;
  }

  /// The database itself, for parts that keep tables of their own in it.
  public Database database() {
    return database;
  }

  @Override
  public void close() {
    database.close();
  }
}
