package weir.ingest.mqtt;

import weir.ingest.Access.Identity;
import weir.ingest.TopicOwners;

/// Which topics a client may use at this door, and where they lead.
record TopicRights(TopicOwners owners, Router router, int topicBytesMax) {

  Permission permissionOf(Identity identity) {
    return new Permission(identity, owners);
  }

  Routes routesOf(Permission permission) {
    return new Routes(permission, router, topicBytesMax);
  }
}
