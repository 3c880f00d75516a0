package dev.lorikeet.tenancy.credential;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.jwk.JWKSet;
import dev.lorikeet.tenancy.InvalidName;
import dev.lorikeet.tenancy.TenantId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the credentials file, strictly: an unknown or malformed entry is an error, not an entry that is left out. */
final class CredentialsFile {
    /** The file's content. */
    record Document(
            @Nullable List<ApiKey> apiKeys, @Nullable Jwt jwt) {}

    /** An API key by its digest. */
    record ApiKey(
            @Nullable String tenant,
            @Nullable String sha256,
            @Nullable String label) {}

    /** An identity provider. */
    record Jwt(
            @Nullable String issuer,
            @Nullable String audience,
            @Nullable String tenantClaim,
            @Nullable @JsonProperty("jwks") String keySet) {}

    /** What the file lets in. */
    record Loaded(ApiKeys apiKeys, Optional<SignedTokens> tokens, Optional<Path> keySetFile) {
        static Loaded nobody() {
            return new Loaded(new ApiKeys(List.of()), Optional.empty(), Optional.empty());
        }
    }

    private static final ObjectMapper JSON = new ObjectMapper();

    private CredentialsFile() {}

    /** Reads the file; a missing one lets nobody in. */
    static Loaded read(Path file, InstantSource time) {
        Document document;
        try {
            document = JSON.readValue(Files.readAllBytes(file), Document.class);
        } catch (NoSuchFileException e) {
            return Loaded.nobody();
        } catch (JsonProcessingException e) {
            throw new InvalidCredentialsFile(file, "not valid: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new InvalidCredentialsFile(file, "cannot be read: " + e, e);
        }
        if (document == null) {
            throw new InvalidCredentialsFile(file, "holds null; expected an object", null);
        }
        List<ApiKeys.Entry> entries = new ArrayList<>();
        List<ApiKey> keys = document.apiKeys == null ? List.of() : document.apiKeys;
        for (int i = 0; i < keys.size(); i++) {
            entries.add(entry(file, "apiKeys[" + i + "]", keys.get(i)));
        }
        Jwt jwt = document.jwt;
        if (jwt == null) {
            return new Loaded(new ApiKeys(entries), Optional.empty(), Optional.empty());
        }
        Path keySet = file.resolveSibling(required(file, "jwt.jwks", jwt.keySet));
        String tenantClaim = jwt.tenantClaim == null ? "tenant" : required(file, "jwt.tenantClaim", jwt.tenantClaim);
        SignedTokens tokens = new SignedTokens(
                required(file, "jwt.issuer", jwt.issuer),
                required(file, "jwt.audience", jwt.audience),
                tenantClaim,
                keySet(file, keySet),
                time);
        return new Loaded(new ApiKeys(entries), Optional.of(tokens), Optional.of(keySet));
    }

    private static ApiKeys.Entry entry(Path file, String where, @Nullable ApiKey key) {
        if (key == null) {
            throw new InvalidCredentialsFile(file, where + " is null", null);
        }
        try {
            TenantId tenant = new TenantId(required(file, where + ".tenant", key.tenant));
            byte[] digest = HexFormat.of().parseHex(required(file, where + ".sha256", key.sha256));
            if (digest.length != 32) {
                throw new InvalidCredentialsFile(file, where + ".sha256 is not a SHA-256 in hexadecimal digits", null);
            }
            return new ApiKeys.Entry(tenant, HexFormat.of().formatHex(digest));
        } catch (InvalidName e) {
            throw new InvalidCredentialsFile(file, where + ".tenant " + e.reason(), e);
        } catch (IllegalArgumentException e) {
            throw new InvalidCredentialsFile(file, where + ".sha256 is not a SHA-256 in hexadecimal digits", e);
        }
    }

    private static JWKSet keySet(Path file, Path keySet) {
        try {
            return JWKSet.parse(Files.readString(keySet));
        } catch (IOException | ParseException e) {
            throw new InvalidCredentialsFile(file, "jwt.jwks " + keySet + " cannot be read as a key set: " + e, e);
        }
    }

    private static String required(Path file, String where, @Nullable String value) {
        if (value == null || value.isBlank()) {
            throw new InvalidCredentialsFile(file, where + " is missing", null);
        }
        return value;
    }
}
