package weir.view.live;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import weir.event.EventHeader;

/// What someone wants to watch; what is null does not matter.
///
/// @param types only these device types; who may see no others is given no others
/// @param kind only this kind, such as `trends`
/// @param messages which messages are wanted
/// @param figures whether the figures of the whole platform are wanted
record Wish(
    @Nullable Set<String> types,
    @Nullable String device,
    @Nullable String kind,
    Messages messages,
    boolean figures) {

  /// Messages as received, as enriched, or none.
  enum Messages {
    ENRICHED,
    RAW,
    NONE
  }

  Wish {
    types = types == null ? null : Set.copyOf(types);
  }

  boolean wants(EventHeader.Head head) {
    return messages == Messages.ENRICHED
        && (types == null || types.contains(head.type()))
        && (device == null || device.equals(head.device()))
        && (kind == null || kind.equals(head.kind()));
  }

  /// A raw message has no known type, so who is bound to types sees none.
  boolean wantsRaw(@Nullable String key) {
    return messages == Messages.RAW
        && types == null
        && kind == null
        && (device == null || device.equals(key));
  }
}
