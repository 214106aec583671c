package weir.device;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How the value of one component of a device is to be read.
///
/// @param id the key in the registry
/// @param mode the connector mode, such as `access-control-mode`
/// @param componentId the component's number; null for every component of the type that has no
///     parameter of its own
/// @param scale what a decoded number is multiplied with
/// @param widthBits width of a hexadecimal number, 8 to 64; null takes all digits that are there
/// @param byteOffset where the number starts, in bytes from the left
/// @param decimals digits kept after the point; null keeps all
/// @param version counts the changes from 1
public record DecodingParameter(
    long id,
    DeviceId device,
    String mode,
    String componentType,
    @Nullable String componentId,
    Encoding encoding,
    String unit,
    double scale,
    @Nullable Integer widthBits,
    Signedness signedness,
    ByteOrder byteOrder,
    int byteOffset,
    @Nullable Integer decimals,
    Instant createdAt,
    Instant updatedAt,
    long version) {

  /// How a payload holds the value.
  public enum Encoding {
    /// The truth of the field `status`.
    BOOLEAN("boolean"),
    /// Every field except the timestamp is a truth.
    BOOLEAN_MAP("boolean_map"),
    /// The field `data` is a hexadecimal number, to be scaled.
    HEX_TO_FLOAT("hex_to_float"),
    /// The field `data` as text.
    RAW_STRING("raw_string");

    private final String text;

    Encoding(String text) {
      this.text = text;
    }

    /// The word used in the registry and in answers.
    public String text() {
      return text;
    }

    public static Optional<Encoding> parse(String text) {
      for (Encoding encoding : values()) {
        if (encoding.text.equals(text)) {
          return Optional.of(encoding);
        }
      }
      return Optional.empty();
    }
  }

  /// Whether the highest bit of a number is its sign.
  public enum Signedness {
    UNSIGNED,
    SIGNED
  }

  /// Which byte of a number comes first.
  public enum ByteOrder {
    BIG_ENDIAN,
    LITTLE_ENDIAN
  }
}
