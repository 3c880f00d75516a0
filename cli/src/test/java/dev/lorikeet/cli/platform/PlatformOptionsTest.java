package dev.lorikeet.cli.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.cli.terminal.CommandFailure;
import dev.lorikeet.registry.s3.StoreSettings;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class PlatformOptionsTest {

    private static final LocalRun LOCAL = new LocalRun(
            "127.0.0.1:7700",
            "127.0.0.1:7701",
            "127.0.0.1:9092",
            new StoreSettings(URI.create("http://127.0.0.1:9000"), "lorikeet", "access", "secret", "us-east-1"),
            new TreeMap<>(Map.of("acme", "key-a", "globex", "key-g")));

    @Command
    static final class Host {
        @Mixin
        private PlatformOptions options = new PlatformOptions();
    }

    @Test
    void thePlatformOnThisMachineIsTakenWithItsFirstTenantsKey() {
        Platform platform = parse().merge(Optional.of(LOCAL), Map.of());

        assertThat(platform.servingAddress()).isEqualTo("127.0.0.1:7700");
        assertThat(platform.schedulerAddress()).isEqualTo("127.0.0.1:7701");
        assertThat(platform.bootstrapServers()).isEqualTo("127.0.0.1:9092");
        assertThat(platform.store()).contains(LOCAL.store());
        assertThat(platform.identity().tenant()).contains("acme");
        assertThat(platform.identity().authorization()).isEqualTo("Bearer key-a");
    }

    @Test
    void aTenantsNameChoosesItsDevelopmentKey() {
        assertThat(parse("--tenant", "globex")
                        .merge(Optional.of(LOCAL), Map.of())
                        .identity()
                        .authorization())
                .isEqualTo("Bearer key-g");
        assertThatThrownBy(() -> parse("--tenant", "initech").merge(Optional.of(LOCAL), Map.of()))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("`initech`")
                .hasMessageContaining("acme, globex");
    }

    @Test
    void optionsOverrideWhatRunsHere() {
        Platform platform = parse("--serving", "https://models.example", "--key", "mine", "--kafka", "broker:9093")
                .merge(Optional.of(LOCAL), Map.of());

        assertThat(platform.servingAddress()).isEqualTo("https://models.example");
        assertThat(platform.bootstrapServers()).isEqualTo("broker:9093");
        assertThat(platform.identity().authorization()).isEqualTo("Bearer mine");
        assertThat(platform.identity().tenant()).isEmpty();
    }

    @Test
    void whatIsMissingSaysHowToGiveIt() {
        Platform nothing = parse().merge(Optional.empty(), Map.of());

        assertThatThrownBy(nothing::servingAddress)
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("lorikeet up")
                .hasMessageContaining("--serving")
                .hasMessageContaining("LORIKEET_SERVING");
        assertThatThrownBy(nothing::bootstrapServers).hasMessageContaining("--kafka");
        assertThatThrownBy(() -> nothing.identity().authorization()).hasMessageContaining("--key");
    }

    @Test
    void aStoreIsNamedByAddressAndItsSecretsComeFromTheEnvironment() {
        Map<String, String> secrets = Map.of("LORIKEET_STORE_ACCESS_KEY", "a", "LORIKEET_STORE_SECRET_KEY", "s");

        assertThat(parse("--store", "https://s3.example:9443/models")
                        .merge(Optional.empty(), secrets)
                        .store())
                .contains(new StoreSettings(URI.create("https://s3.example:9443"), "models", "a", "s", "us-east-1"));
        assertThatThrownBy(() -> parse("--store", "https://s3.example/models").merge(Optional.empty(), Map.of()))
                .hasMessageContaining("LORIKEET_STORE_ACCESS_KEY");
        for (String wrong : new String[] {"s3.example", "https://s3.example", "https://s3.example/a/b", "::"}) {
            assertThatThrownBy(() -> parse("--store", wrong).merge(Optional.empty(), secrets))
                    .as(wrong)
                    .isInstanceOf(CommandFailure.class)
                    .hasMessageContaining("http(s)://host:port/BUCKET");
        }
    }

    @Test
    void settingsOfKafkaComeFromAFile(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("kafka.properties"), "security.protocol=SSL\n");

        assertThat(parse("--kafka-settings", file.toString())
                        .merge(Optional.empty(), Map.of())
                        .kafkaSettings())
                .containsExactly(Map.entry("security.protocol", "SSL"));
        assertThatThrownBy(() -> parse("--kafka-settings", folder + "/none").merge(Optional.empty(), Map.of()))
                .isInstanceOf(CommandFailure.class);
    }

    @Test
    void secretsAreNotInTheText() {
        Platform platform = parse().merge(Optional.of(LOCAL), Map.of());

        assertThat(platform.toString() + LOCAL).doesNotContain("key-a").doesNotContain("secret");
    }

    private static PlatformOptions parse(String... arguments) {
        Host host = new Host();
        new CommandLine(host).parseArgs(arguments);
        return host.options;
    }
}
