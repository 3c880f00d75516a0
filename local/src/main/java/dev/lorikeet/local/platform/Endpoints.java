package dev.lorikeet.local.platform;

import dev.lorikeet.local.s3.StoreAccess;
import java.net.URI;
import java.util.Map;

/**
 * Where a running platform is reached.
 *
 * @param bootstrapServers what Kafka clients connect to
 * @param store how to reach the object store
 * @param services each service's {@code http://host:port}, HTTP and gRPC (plain text)
 */
public record Endpoints(String bootstrapServers, StoreAccess store, Map<Service, URI> services) {
    /** Copies the map. */
    public Endpoints {
        services = Map.copyOf(services);
    }

    /** A service's address. */
    public URI of(Service service) {
        URI address = services.get(service);
        if (address == null) {
            throw new PlatformFailure("Service " + service.module() + " was never started here");
        }
        return address;
    }

    /** A service as gRPC channels name it: {@code host:port}. */
    public String target(Service service) {
        return of(service).getAuthority();
    }
}
