package dev.lorikeet.scheduler.kafka;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lorikeet.proto.trainer.v1.TrainerReport;
import dev.lorikeet.proto.training.v1.CancelJobRequest;
import dev.lorikeet.proto.training.v1.TrainingRequest;
import dev.lorikeet.scheduler.decision.Command;
import dev.lorikeet.scheduler.decision.Command.PutAside;
import dev.lorikeet.scheduler.decision.Command.Supply;
import dev.lorikeet.scheduler.protobuf.RequestMapper;
import dev.lorikeet.scheduler.protobuf.RequestReader;
import dev.lorikeet.scheduler.protobuf.TrainerMapper;
import dev.lorikeet.scheduler.request.RequestRules;
import dev.lorikeet.scheduler.request.TrainingSpec;
import dev.lorikeet.scheduler.request.TrainingSpec.Dataset;
import dev.lorikeet.tenancy.InvalidName;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.tenancy.TenantId;
import dev.lorikeet.tenancy.credential.Authentication;
import dev.lorikeet.tenancy.credential.Credentials;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Makes commands of records: proves who sends them, reads them, and brings inline examples into the object store. Total:
 * whatever comes in becomes a command. May block on the store; safe for many threads.
 */
final class Preparer {
    private static final Duration STORE_PAUSE = Duration.ofSeconds(1);
    private static final int MAX_CORRELATION = 128;

    private final Credentials credentials;
    private final RequestRules rules;
    private final DatasetStore datasets;
    private final int largest;

    /**
     * @param largest bytes of the largest request that is read, headers included: it must fit into a record of ours when
     *     it is deferred
     */
    Preparer(Credentials credentials, RequestRules rules, DatasetStore datasets, int largest) {
        this.largest = largest;
        this.credentials = requireNonNull(credentials, "credentials");
        this.rules = requireNonNull(rules, "rules");
        this.datasets = requireNonNull(datasets, "datasets");
    }

    /** A trainer's report; never blocks. */
    Prepared report(ConsumerRecord<byte[], byte[]> message) {
        try {
            return new Prepared.Asks(TrainerMapper.toCommand(TrainerReport.parseFrom(message.value())));
        } catch (InvalidProtocolBufferException | RuntimeException e) {
            return aside(message, Optional.empty(), PutAside.Code.UNREADABLE, "not a trainer's report: " + e);
        }
    }

    /** Who sends a request; never blocks. */
    Authentication sender(ConsumerRecord<byte[], byte[]> message) {
        String topic = message.topic();
        try {
            if (topic.equals(Topics.DEFERRED)) {
                return new Authentication.Tenant(
                        new TenantId(header(message, Topics.TENANT).orElse("")));
            }
            if (topic.startsWith(Topics.TENANT_REQUESTS)) {
                // The broker lets only this tenant write here.
                return new Authentication.Tenant(new TenantId(topic.substring(Topics.TENANT_REQUESTS.length())));
            }
        } catch (InvalidName e) {
            return new Authentication.Refused(e.reason());
        }
        return credentials.authenticate(header(message, Topics.AUTHORIZATION).orElse(null));
    }

    /** A message that nobody vouches for. */
    Prepared refused(ConsumerRecord<byte[], byte[]> message, String reason) {
        return aside(message, Optional.empty(), PutAside.Code.UNAUTHENTICATED, reason);
    }

    /** A tenant's request. */
    Prepared request(TenantId tenant, ConsumerRecord<byte[], byte[]> message) throws InterruptedException {
        long bytes = size(message);
        if (bytes > largest) {
            return aside(
                    message,
                    Optional.of(tenant),
                    PutAside.Code.TOO_LARGE,
                    "the request has " + bytes + " bytes with its headers; at most " + largest
                            + " are read. Upload the dataset and send its dataset_uri");
        }
        try {
            return read(tenant, message);
        } catch (RequestReader.Unreadable e) {
            return aside(message, Optional.of(tenant), PutAside.Code.UNREADABLE, e.reason());
        } catch (RuntimeException e) {
            return aside(message, Optional.of(tenant), PutAside.Code.UNREADABLE, "cannot be read: " + e);
        }
    }

    private static long size(ConsumerRecord<byte[], byte[]> message) {
        long bytes = message.value() == null ? 0 : message.value().length;
        for (Header header : message.headers()) {
            bytes += header.key().length() + (header.value() == null ? 0 : header.value().length);
        }
        return bytes;
    }

    private Prepared read(TenantId tenant, ConsumerRecord<byte[], byte[]> message)
            throws RequestReader.Unreadable, InterruptedException {
        @Nullable String contentType = header(message, Topics.CONTENT_TYPE).orElse(null);
        String asked = header(message, Topics.COMMAND).orElse("submit");
        return switch (asked) {
            case "submit" ->
                submission(
                        tenant,
                        message,
                        RequestReader.read(TrainingRequest.getDefaultInstance(), message.value(), contentType));
            case "cancel" -> {
                String job = RequestReader.read(CancelJobRequest.getDefaultInstance(), message.value(), contentType)
                        .message()
                        .getJob();
                try {
                    yield new Prepared.Asks(
                            new Command.CancelJob(tenant, new JobId(job), "tenant", correlation(message)));
                } catch (InvalidName e) {
                    yield aside(message, Optional.of(tenant), PutAside.Code.UNREADABLE, "job: " + e.reason());
                }
            }
            default ->
                aside(
                        message,
                        Optional.of(tenant),
                        PutAside.Code.UNREADABLE,
                        "the header 'command' is neither 'submit' nor 'cancel'");
        };
    }

    private Prepared submission(
            TenantId tenant, ConsumerRecord<byte[], byte[]> message, RequestReader.Read<TrainingRequest> request)
            throws InterruptedException {
        TrainingSpec spec = RequestMapper.toSpec(request.message());
        Optional<Supply> supply = Optional.of(new Supply.AsAddressed());
        if (request.unknown().isEmpty() && rules.check(tenant, spec).isEmpty()) {
            supply = switch (spec.dataset()) {
                case Dataset.Inline inline ->
                    store(tenant, inline, message.topic().equals(Topics.DEFERRED));
                case Dataset.Uri uri -> Optional.of(look(tenant, uri));
                case Dataset.Unset _ -> supply;
            };
        }
        return supply.<Prepared>map(ready -> new Prepared.Asks(new Command.SubmitJob(
                        tenant,
                        spec,
                        RequestMapper.contentSha256(request.message()),
                        request.unknown(),
                        ready,
                        correlation(message))))
                .orElseGet(() -> new Prepared.Waits(tenant));
    }

    /** Stores before the decision: the address is the content's digest, so that a repetition does no harm. */
    private Optional<Supply> store(TenantId tenant, Dataset.Inline inline, boolean patiently)
            throws InterruptedException {
        while (true) {
            try {
                return Optional.of(new Supply.Stored(datasets.put(tenant, inline.lines())));
            } catch (DatasetStore.Unavailable e) {
                if (!patiently) {
                    return Optional.empty();
                }
                Thread.sleep(STORE_PAUSE);
            }
        }
    }

    private Supply look(TenantId tenant, Dataset.Uri uri) {
        try {
            return datasets.exists(rules.address(tenant, uri)) ? new Supply.AsAddressed() : new Supply.Missing();
        } catch (DatasetStore.Unavailable e) {
            // The trainer will look again when it needs it.
            return new Supply.AsAddressed();
        }
    }

    private static Prepared aside(
            ConsumerRecord<byte[], byte[]> message, Optional<TenantId> tenant, PutAside.Code code, String reason) {
        return new Prepared.Asks(new PutAside(tenant, origin(message), code, reason, correlation(message)));
    }

    static Command.Origin origin(ConsumerRecord<byte[], byte[]> message) {
        return new Command.Origin(message.topic(), message.partition(), message.offset());
    }

    private static String correlation(ConsumerRecord<byte[], byte[]> message) {
        return header(message, Topics.REQUEST_ID)
                .filter(id -> id.length() <= MAX_CORRELATION)
                .orElse("");
    }

    private static Optional<String> header(ConsumerRecord<byte[], byte[]> message, String name) {
        Header header = message.headers().lastHeader(name);
        return header == null || header.value() == null
                ? Optional.empty()
                : Optional.of(new String(header.value(), StandardCharsets.UTF_8));
    }
}
