package dev.lorikeet.engine.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;

/**
 * Reads the adapter_config.json of one kind of adapter. A service ({@link java.util.ServiceLoader}): a new kind is a new
 * package with its provider, and nothing else changes.
 */
public interface AdapterFormat {
    /**
     * Whether a configuration is of this kind. The first in the order of registration that says so reads it: what wraps
     * other kinds stands before them.
     */
    boolean claims(JsonNode config);

    /**
     * Reads a configuration that it claims.
     *
     * @throws UnsupportedAdapterException if it sets what is not computed here, by name
     * @throws InvalidAdapterException if a setting is malformed
     * @throws IllegalArgumentException the same
     */
    AdapterConfig read(JsonNode config) throws IOException;
}
