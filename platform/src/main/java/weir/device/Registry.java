package weir.device;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Collection;
import java.util.function.Consumer;

/// Who speaks: devices, their types and how their values are decoded, in one SQL database.
///
/// Opening it brings the tables up to date and, the first time only, fills in the types, parameters
/// and sample devices that ship with the program. Safe for use by many threads.
public final class Registry implements AutoCloseable {

  private final Database database;
  private final Revisions revisions;
  private volatile Consumer<DeviceId> elsewhere = device -> {};
  private final DirectoryCache cache;
  private final DeviceTypes types;
  private final Devices devices;
  private final DecodingParameters parameters;
  private final Credentials credentials;
  private final AdminToken adminToken;
  private final Outbox outbox;
  private final Owners owners;
  private final Generator generator;
  private final Directory directory;

  /// Opens the registry in a SQLite file, which is created when it is missing.
  public Registry(Path file, DeviceSettings settings, InstantSource clock) {
    this(SqlEngine.sqlite(file), settings, clock);
  }

  public Registry(SqlEngine engine, DeviceSettings settings, InstantSource clock) {
    database = new Database(engine, Database.Tables.REGISTRY, settings.readersMax());
    new Seeds(clock).plant(database);
    revisions = new Revisions(database);
    cache = new DirectoryCache(database, settings);
    outbox = new Outbox(database, clock);
    owners = new Owners(database, clock);
    generator = new Generator(database, cache, outbox, clock);
    types = new DeviceTypes(database, cache, clock);
    devices = new Devices(database, cache, outbox, clock);
    parameters = new DecodingParameters(database, cache, clock);
    credentials = new Credentials(database, cache, clock);
    adminToken = new AdminToken(database);
    directory = new RegistryDirectory(cache, devices, types);
    revisions.watch(Revisions.Part.TYPES, cache::reload);
    revisions.watch(Revisions.Part.CREDENTIALS, credentials::changedElsewhere);
  }

  /// Follows what other processes change; to be started where there may be any.
  public Revisions revisions() {
    return revisions;
  }

  /// Forgets what is in memory of devices that another process changed, and tells the watcher of
  /// those that were deleted or disabled.
  ///
  /// @throws DirectoryException when the database cannot be asked; to be tried again
  public void changedElsewhere(Collection<DeviceId> ids) {
    cache.changedElsewhere(ids);
    ids.forEach(elsewhere);
  }

  /// Tells from now on of each device that another process changed, once it is known here as it is
  /// now. The watcher must not wait.
  public void watchElsewhere(Consumer<DeviceId> watcher) {
    elsewhere = watcher;
  }

  /// Tells from now on of each device that was deleted or disabled, or lost a credential, so that
  /// its connections can be ended. The watcher must not wait.
  public void watch(Consumer<DeviceId> watcher) {
    cache.watch(watcher);
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
    revisions.close();
    database.close();
  }
}
