package dev.lorikeet.tenancy.credential;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorikeet.tenancy.TenantId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * API keys of local mode: made once in a folder, kept in plain text beside the credentials file that services read. For
 * development only. Both files are readable by their owner alone.
 *
 * @param credentialsFile what services are given: digests only
 * @param keys each tenant's key, in the order of the tenants' names
 */
public record DevelopmentKeys(Path credentialsFile, SortedMap<TenantId, String> keys) {
    /** The services' file within the folder. */
    public static final String CREDENTIALS_FILE = "credentials.json";

    /** The keys in plain text within the folder. */
    public static final String KEYS_FILE = "development-keys.json";

    private static final int RANDOM_BYTES = 24;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Copies the keys. */
    public DevelopmentKeys {
        keys = Collections.unmodifiableSortedMap(new TreeMap<>(keys));
    }

    /**
     * Reads a folder's keys and makes those that are missing.
     *
     * @param folder is made if it does not exist
     * @param tenants who needs a key
     * @param random a {@link java.security.SecureRandom}, save in tests
     * @throws IOException if the folder cannot be read or written
     */
    public static DevelopmentKeys openOrCreate(Path folder, Collection<TenantId> tenants, RandomGenerator random)
            throws IOException {
        Files.createDirectories(folder);
        SortedMap<TenantId, String> keys = read(folder.resolve(KEYS_FILE));
        for (TenantId tenant : tenants) {
            keys.computeIfAbsent(tenant, t -> newKey(random));
        }
        DevelopmentKeys result = new DevelopmentKeys(folder.resolve(CREDENTIALS_FILE), keys);
        result.write(folder);
        return result;
    }

    /** The header value that authenticates a tenant: {@code Bearer <key>}. */
    public String authorization(TenantId tenant) {
        String key = keys.get(tenant);
        if (key == null) {
            throw new IllegalArgumentException("No development key for tenant " + tenant);
        }
        return "Bearer " + key;
    }

    private static String newKey(RandomGenerator random) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return "lk_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static SortedMap<TenantId, String> read(Path file) throws IOException {
        SortedMap<TenantId, String> keys = new TreeMap<>();
        try {
            Map<String, String> stored = JSON.readValue(Files.readAllBytes(file), new TypeReference<>() {});
            stored.forEach((tenant, key) -> keys.put(new TenantId(tenant), key));
        } catch (NoSuchFileException e) {
            return keys;
        }
        return keys;
    }

    private void write(Path folder) throws IOException {
        Map<String, String> plain = new LinkedHashMap<>();
        List<Map<String, String>> digests = new ArrayList<>();
        keys.forEach((tenant, key) -> {
            plain.put(tenant.value(), key);
            Map<String, String> entry = new LinkedHashMap<>();
            entry.put("tenant", tenant.value());
            entry.put("sha256", Sha256.of(key));
            entry.put("label", "development");
            digests.add(entry);
        });
        replace(folder.resolve(KEYS_FILE), plain);
        replace(credentialsFile, Map.of("apiKeys", digests));
    }

    /** Writes beside the file and renames, so that a reader sees the old or the new content, never half of it. */
    private static void replace(Path file, Object content) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Path temporary = Files.createTempFile(
                folder,
                ".keys",
                ".tmp",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Files.write(temporary, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(content));
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
