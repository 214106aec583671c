package weir.subscriber;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Which subscriptions are asked for; null leaves a condition out.
///
/// @param after go on behind this id
/// @param now what a status is judged by
public record SubscriptionQuery(
    @Nullable String application,
    @Nullable String device,
    @Nullable String deviceType,
    Subscription.@Nullable Status status,
    String after,
    int limit,
    Instant now) {}
