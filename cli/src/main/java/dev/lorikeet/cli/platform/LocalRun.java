package dev.lorikeet.cli.platform;

import dev.lorikeet.registry.s3.StoreSettings;
import java.util.Map;

/**
 * A platform that runs on this machine, as its data folder tells.
 *
 * @param serving address of the serving-service
 * @param scheduler address of the scheduler-service
 * @param kafka bootstrap servers
 * @param store the object store
 * @param keys development keys by tenant, in the order of the tenants' names
 */
public record LocalRun(String serving, String scheduler, String kafka, StoreSettings store, Map<String, String> keys) {

    /** Keeps the keys out of logs. */
    @Override
    public String toString() {
        return "LocalRun[" + serving + "]";
    }
}
