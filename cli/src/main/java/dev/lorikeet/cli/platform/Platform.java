package dev.lorikeet.cli.platform;

import dev.lorikeet.cli.terminal.CommandFailure;
import dev.lorikeet.registry.s3.StoreSettings;
import java.util.Map;
import java.util.Optional;

/**
 * A running platform as a tenant sees it. What is empty was neither given nor found; asking for it says how to give it.
 *
 * @param serving serving-service: {@code host:port}, or {@code https://host:port}
 * @param scheduler scheduler-service, the same
 * @param kafka bootstrap servers
 * @param kafkaSettings more settings of Kafka's clients (security)
 * @param store the object store, for uploads
 * @param identity who asks
 */
public record Platform(
        Optional<String> serving,
        Optional<String> scheduler,
        Optional<String> kafka,
        Map<String, String> kafkaSettings,
        Optional<StoreSettings> store,
        Identity identity) {

    /**
     * Who asks.
     *
     * @param tenant the tenant's name, if known
     * @param credential API key or token
     */
    public record Identity(Optional<String> tenant, Optional<String> credential) {

        /** The value of the {@code authorization} header. */
        public String authorization() {
            return "Bearer " + credential.orElseThrow(() -> missing("no credential", "--key", "LORIKEET_KEY"));
        }

        /** Keeps the secret out of logs. */
        @Override
        public String toString() {
            return "Identity[" + tenant.orElse("unknown tenant") + "]";
        }
    }

    /** Copies the settings. */
    public Platform {
        kafkaSettings = Map.copyOf(kafkaSettings);
    }

    /** Address of the serving-service. */
    public String servingAddress() {
        return serving.orElseThrow(() -> missing("no serving-service", "--serving", "LORIKEET_SERVING"));
    }

    /** Address of the scheduler-service. */
    public String schedulerAddress() {
        return scheduler.orElseThrow(() -> missing("no scheduler-service", "--scheduler", "LORIKEET_SCHEDULER"));
    }

    /** Kafka's bootstrap servers. */
    public String bootstrapServers() {
        return kafka.orElseThrow(() -> missing("no Kafka", "--kafka", "LORIKEET_KAFKA_BOOTSTRAP_SERVERS"));
    }

    private static CommandFailure missing(String what, String option, String variable) {
        return new CommandFailure("There is " + what + " to talk to: start a platform on this machine with"
                + " `./lorikeet up`, or name one by " + option + " or " + variable + ".");
    }
}
