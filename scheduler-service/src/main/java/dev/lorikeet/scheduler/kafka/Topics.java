package dev.lorikeet.scheduler.kafka;

import java.util.List;

/** Names of the topics and of what travels in their records' headers. */
public final class Topics {
    /** What tenants publish. */
    public static final String REQUESTS = "lorikeet.training.requests";
    /** Before a tenant's name: that tenant's own topic of requests. */
    public static final String TENANT_REQUESTS = REQUESTS + ".";
    /** Requests that wait for the object store. */
    public static final String DEFERRED = "lorikeet.training.deferred";
    /** What tenants read. */
    public static final String EVENTS = "lorikeet.training.events";
    /** Messages that could not be understood. */
    public static final String DEAD_LETTERS = "lorikeet.training.dead-letters";
    /** The scheduler's own records. */
    public static final String JOURNAL = "lorikeet.scheduler.journal";
    /** Orders to trainers. */
    public static final String ASSIGNMENTS = "lorikeet.trainer.assignments";
    /** What trainers say. */
    public static final String REPORTS = "lorikeet.trainer.reports";

    /** Header: the credential of who sends a request. */
    public static final String AUTHORIZATION = "authorization";
    /** Header: how the body is written. */
    public static final String CONTENT_TYPE = "content-type";
    /** Header: what is asked: {@code submit} (or nothing), or {@code cancel}. */
    public static final String COMMAND = "command";
    /** Header: any text, copied to the event that answers a request. */
    public static final String REQUEST_ID = "request-id";
    /** Header of deferred requests: whose it is, proven before. */
    public static final String TENANT = "tenant";

    /** All topics that the scheduler needs to exist. */
    static final List<String> ALL = List.of(REQUESTS, DEFERRED, EVENTS, DEAD_LETTERS, JOURNAL, ASSIGNMENTS, REPORTS);

    private Topics() {}
}
