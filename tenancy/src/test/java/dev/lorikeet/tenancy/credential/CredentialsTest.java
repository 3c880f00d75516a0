package dev.lorikeet.tenancy.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.tenancy.TenantId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CredentialsTest {
    private static final TenantId ACME = new TenantId("acme");
    private static final TenantId GLOBEX = new TenantId("globex");

    @TempDir
    Path folder;

    private final ManualTime time = new ManualTime();
    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = folder.resolve("credentials.json");
    }

    @Test
    void aKeyOpensItsOwnTenantOnly() throws Exception {
        DevelopmentKeys keys = DevelopmentKeys.openOrCreate(folder, List.of(ACME, GLOBEX), new Random(1));
        Credentials credentials = new Credentials(file, time);

        assertThat(credentials.authenticate(keys.authorization(ACME))).isEqualTo(new Authentication.Tenant(ACME));
        assertThat(credentials.authenticate(keys.authorization(GLOBEX))).isEqualTo(new Authentication.Tenant(GLOBEX));
        assertThat(credentials.authenticate("bearer  " + keys.keys().get(ACME) + " "))
                .isEqualTo(new Authentication.Tenant(ACME));
        assertRefused(credentials, "Bearer " + keys.keys().get(ACME) + "x");
        assertRefused(credentials, key(keys));
        assertRefused(credentials, "Basic " + keys.keys().get(ACME));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "Bearer", "Bearer ", "Bearer x", "Bearer a.b.c", "Bearer ..", "Basic YTpi"})
    void whoShowsNothingKnownStaysOutside(String header) throws Exception {
        DevelopmentKeys.openOrCreate(folder, List.of(ACME), new Random(1));

        assertRefused(new Credentials(file, time), header);
    }

    @Test
    void nobodyEntersWithoutAFileOrAHeader() {
        Credentials credentials = new Credentials(file, time);

        assertThat(credentials.authenticate(null)).isInstanceOf(Authentication.Refused.class);
        assertRefused(credentials, "Bearer anything");
        assertRefused(credentials, "Bearer " + "x".repeat(20_000));
    }

    @Test
    void aDigestIsNoKey() throws Exception {
        DevelopmentKeys keys = DevelopmentKeys.openOrCreate(folder, List.of(ACME), new Random(1));
        String digest = Sha256.of(key(keys));
        assertThat(file).content().contains(digest).doesNotContain(key(keys));

        assertRefused(new Credentials(file, time), "Bearer " + digest);
    }

    @Test
    void aChangedFileIsReadAgainWithinASecond() throws Exception {
        DevelopmentKeys keys = DevelopmentKeys.openOrCreate(folder, List.of(ACME), new Random(1));
        Credentials credentials = new Credentials(file, time);
        DevelopmentKeys more = DevelopmentKeys.openOrCreate(folder, List.of(GLOBEX), new Random(2));
        assertThat(more.keys()).containsEntry(ACME, keys.keys().get(ACME));

        time.advance(Duration.ofSeconds(1));

        assertThat(credentials.authenticate(more.authorization(GLOBEX))).isEqualTo(new Authentication.Tenant(GLOBEX));
        assertThat(credentials.authenticate(keys.authorization(ACME))).isEqualTo(new Authentication.Tenant(ACME));

        Files.delete(file);
        time.advance(Duration.ofSeconds(1));
        assertRefused(credentials, keys.authorization(ACME));
    }

    @Test
    void aFileThatBreaksLeavesTheOldOneInForce() throws Exception {
        DevelopmentKeys keys = DevelopmentKeys.openOrCreate(folder, List.of(ACME), new Random(1));
        Credentials credentials = new Credentials(file, time);
        Files.writeString(file, "{\"apiKeys\": [");

        time.advance(Duration.ofSeconds(1));

        assertThat(credentials.authenticate(keys.authorization(ACME))).isEqualTo(new Authentication.Tenant(ACME));
        assertThat(credentials.problem().orElseThrow()).contains("credentials.json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{\"apiKeys\": [null]}",
                "{\"apiKeys\": [{\"tenant\": \"acme\"}]}",
                "{\"apiKeys\": [{\"tenant\": \"../x\", \"sha256\": \"00\"}]}",
                "{\"apiKeys\": [{\"tenant\": \"acme\", \"sha256\": \"00\"}]}",
                "{\"apiKeys\": [{\"tenant\": \"acme\", \"sha256\": \"zz\"}]}",
                "{\"api_keys\": []}",
                "{\"jwt\": {\"issuer\": \"i\"}}",
                "{\"jwt\": {\"issuer\": \"i\", \"audience\": \"a\", \"jwks\": \"missing.json\"}}"
            })
    void aFileThatIsNotValidIsRefusedAtTheStart(String content) throws Exception {
        Files.writeString(file, content);

        assertThatThrownBy(() -> new Credentials(file, time))
                .isInstanceOf(InvalidCredentialsFile.class)
                .hasMessageContaining("credentials.json");
    }

    @Test
    void keysAreRandomAndTheirFilesPrivate() throws Exception {
        DevelopmentKeys one = DevelopmentKeys.openOrCreate(folder, List.of(ACME, GLOBEX), new Random(1));

        assertThat(one.keys().get(ACME))
                .startsWith("lk_")
                .hasSizeGreaterThan(30)
                .isNotEqualTo(one.keys().get(GLOBEX));
        assertThat(DevelopmentKeys.openOrCreate(folder, List.of(ACME), new Random(9))
                        .keys())
                .isEqualTo(one.keys());
        for (String name : List.of(DevelopmentKeys.CREDENTIALS_FILE, DevelopmentKeys.KEYS_FILE)) {
            assertThat(permissions(folder.resolve(name))).isEqualTo("rw-------");
        }
    }

    private static String key(DevelopmentKeys keys) {
        return keys.authorization(ACME).substring("Bearer ".length());
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static void assertRefused(Credentials credentials, String header) {
        assertThat(credentials.authenticate(header)).isInstanceOf(Authentication.Refused.class);
    }
}
