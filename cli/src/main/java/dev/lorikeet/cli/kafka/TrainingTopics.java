package dev.lorikeet.cli.kafka;

/** Names of the topics that tenants use. */
public final class TrainingTopics {

    /** What tenants publish. */
    public static final String REQUESTS = "lorikeet.training.requests";

    /** What tenants read. */
    public static final String EVENTS = "lorikeet.training.events";

    private TrainingTopics() {}
}
