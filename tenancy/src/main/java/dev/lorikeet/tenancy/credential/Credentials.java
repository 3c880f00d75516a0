package dev.lorikeet.tenancy.credential;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decides who may enter, by a credentials file:
 *
 * <pre>
 * {"apiKeys": [{"tenant": "acme", "sha256": "<hex of the key's SHA-256>", "label": "ci"}],
 *  "jwt": {"issuer": "https://id.example", "audience": "lorikeet", "tenantClaim": "tenant", "jwks": "<file>"}}
 * </pre>
 *
 * <p>A missing file lets nobody in. The file (and its key set) is read again when it changes, looked at no more than once
 * a second; if the new content is not valid, the old one stays in force and {@link #problem} says why. Safe for many
 * threads.
 */
public final class Credentials {
    private static final Duration CHECK_EVERY = Duration.ofSeconds(1);
    private static final int MAX_HEADER_LENGTH = 16 * 1024;

    /** What tells one content of a file from the next. */
    private record Stamp(Object identity, long modifiedMillis, long size) {}

    private record State(
            CredentialsFile.Loaded loaded, List<Stamp> stamps, Instant checkedAt, Optional<String> problem) {}

    private final Path file;
    private final InstantSource time;
    private volatile State state;

    /**
     * Opens a credentials file that may not exist yet.
     *
     * @param file the file
     * @param time tells whether tokens have expired, and when to look at the file again
     * @throws InvalidCredentialsFile if it exists but is not valid
     */
    public Credentials(Path file, InstantSource time) {
        this.file = file;
        this.time = time;
        List<Stamp> stamps = stamps(Optional.empty());
        CredentialsFile.Loaded loaded = CredentialsFile.read(file, time);
        this.state = new State(loaded, stamps, time.instant(), Optional.empty());
        if (loaded.keySetFile().isPresent()) {
            this.state = new State(loaded, stamps(loaded.keySetFile()), time.instant(), Optional.empty());
        }
    }

    /** Opens a credentials file by the system's clock. */
    public static Credentials open(Path file) {
        return new Credentials(file, InstantSource.system());
    }

    /**
     * Checks an {@code authorization} header.
     *
     * @param authorizationHeader {@code Bearer <API key or token>}, or null if there was none
     */
    public Authentication authenticate(@Nullable String authorizationHeader) {
        if (authorizationHeader == null || authorizationHeader.isBlank()) {
            return new Authentication.Refused("no credential; send the header 'authorization: Bearer <key or token>'");
        }
        if (authorizationHeader.length() > MAX_HEADER_LENGTH) {
            return new Authentication.Refused("the authorization header is longer than " + MAX_HEADER_LENGTH);
        }
        String header = authorizationHeader.strip();
        if (!header.toLowerCase(Locale.ROOT).startsWith("bearer ")) {
            return new Authentication.Refused("the authorization header does not start with 'Bearer '");
        }
        String secret = header.substring("bearer ".length()).strip();
        CredentialsFile.Loaded loaded = current().loaded();
        return loaded.apiKeys()
                .tenantOf(secret)
                .<Authentication>map(Authentication.Tenant::new)
                .or(() -> secret.chars().filter(c -> c == '.').count() == 2
                        ? loaded.tokens().map(tokens -> tokens.authenticate(secret))
                        : Optional.empty())
                .orElseGet(() -> new Authentication.Refused("the credential is not known"));
    }

    /** Why the file's newest content is not in force, if that is so. */
    public Optional<String> problem() {
        return current().problem();
    }

    private State current() {
        State seen = state;
        return time.instant().isBefore(seen.checkedAt().plus(CHECK_EVERY)) ? seen : check();
    }

    private synchronized State check() {
        State seen = state;
        Instant now = time.instant();
        if (now.isBefore(seen.checkedAt().plus(CHECK_EVERY))) {
            return seen;
        }
        List<Stamp> stamps = stamps(seen.loaded().keySetFile());
        if (stamps.equals(seen.stamps())) {
            state = new State(seen.loaded(), stamps, now, seen.problem());
            return state;
        }
        try {
            CredentialsFile.Loaded loaded = CredentialsFile.read(file, time);
            // Stamps taken before the reading: a change in between is seen again at the next look. A key set that is
            // new has no such stamp yet and is looked at once more too.
            List<Stamp> known =
                    loaded.keySetFile().equals(seen.loaded().keySetFile()) ? stamps : stamps(loaded.keySetFile());
            state = new State(loaded, known, now, Optional.empty());
        } catch (InvalidCredentialsFile e) {
            state = new State(seen.loaded(), stamps, now, Optional.of(String.valueOf(e.getMessage())));
        }
        return state;
    }

    private List<Stamp> stamps(Optional<Path> keySet) {
        return Stream.concat(Stream.of(file), keySet.stream())
                .map(Credentials::stamp)
                .toList();
    }

    private static Stamp stamp(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            Object key = attributes.fileKey();
            return new Stamp(
                    key == null ? "" : key, attributes.lastModifiedTime().toMillis(), attributes.size());
        } catch (IOException e) {
            return new Stamp("missing", 0, 0);
        }
    }
}
