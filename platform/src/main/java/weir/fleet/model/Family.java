package weir.fleet.model;

/// The families of devices that the platform understands, by the way they speak.
public enum Family {
  /// Household appliances on `iot/telemetry/{device_type}/{device_id}`.
  APPLIANCE,
  /// Energy devices on `energy/devices/{id}/data` and `/status`.
  ENERGY,
  /// Breakers, meters and environmental sensors on `iot/{id}/raw`, `/trends` and `/status`.
  CLOUD,
  /// F2 controllers on `cmnd/{device}/{mode}/{connector}/{component}`.
  F2,
  /// Temperature and humidity sensors that post to `/ingest`.
  HTTP
}
