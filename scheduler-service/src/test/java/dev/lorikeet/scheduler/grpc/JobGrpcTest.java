package dev.lorikeet.scheduler.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import dev.lorikeet.proto.training.v1.CancelJobRequest;
import dev.lorikeet.proto.training.v1.GetJobRequest;
import dev.lorikeet.proto.training.v1.InlineDataset;
import dev.lorikeet.proto.training.v1.Job;
import dev.lorikeet.proto.training.v1.JobServiceGrpc;
import dev.lorikeet.proto.training.v1.JobServiceGrpc.JobServiceBlockingStub;
import dev.lorikeet.proto.training.v1.JobState;
import dev.lorikeet.proto.training.v1.ListJobsRequest;
import dev.lorikeet.proto.training.v1.ListJobsResponse;
import dev.lorikeet.proto.training.v1.SubmitJobRequest;
import dev.lorikeet.proto.training.v1.TrainingEvent.FactCase;
import dev.lorikeet.proto.training.v1.TrainingRequest;
import dev.lorikeet.proto.training.v1.WatchJobRequest;
import dev.lorikeet.proto.training.v1.WatchJobResponse;
import dev.lorikeet.scheduler.kafka.Fixture;
import dev.lorikeet.scheduler.kafka.ScriptedTrainer;
import dev.lorikeet.scheduler.kafka.ScriptedTrainer.Play;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The whole service, over gRPC, on a real broker and store. */
@QuarkusTest
@SuppressWarnings("NullAway") // Quarkus injects the fields
@QuarkusTestResource(PlatformResource.class)
class JobGrpcTest {
    @TestHTTPResource("/")
    URL service;

    @ConfigProperty(name = "lorikeet.kafka.bootstrap-servers")
    String kafka;

    private ManagedChannel channel;

    @BeforeEach
    void connect() {
        channel = ManagedChannelBuilder.forAddress("localhost", service.getPort())
                .usePlaintext()
                .build();
    }

    @AfterEach
    void disconnect() throws InterruptedException {
        assertThat(channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS)).isTrue();
    }

    private JobServiceBlockingStub jobs(String tenant) {
        Metadata headers = new Metadata();
        headers.put(
                Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + Fixture.key(tenant));
        return JobServiceGrpc.newBlockingStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .withDeadlineAfter(60, TimeUnit.SECONDS);
    }

    private static TrainingRequest request(String adapter, String key) {
        return TrainingRequest.newBuilder()
                .setAdapter(adapter)
                .setIdempotencyKey(key)
                .setInlineExamples(InlineDataset.newBuilder().addLines("{\"text\":\"hi\"}"))
                .build();
    }

    private Job submit(String tenant, TrainingRequest request) {
        return jobs(tenant)
                .submitJob(SubmitJobRequest.newBuilder().setRequest(request).build())
                .getJob();
    }

    private Job get(String tenant, String job) {
        return jobs(tenant)
                .getJob(GetJobRequest.newBuilder().setJob(job).build())
                .getJob();
    }

    private List<WatchJobResponse> watch(String job, long after) {
        List<WatchJobResponse> told = new ArrayList<>();
        jobs("acme")
                .watchJob(WatchJobRequest.newBuilder()
                        .setJob(job)
                        .setAfterSequence(after)
                        .build())
                .forEachRemaining(told::add);
        return told;
    }

    @Test
    void requestTooLargeForKafkaIsRefusedWithTheWayOut() {
        for (int size : List.of(2 << 20, 5 << 20)) {
            TrainingRequest large = request("large", "large-" + size).toBuilder()
                    .setInlineExamples(InlineDataset.newBuilder().addLines("x".repeat(size)))
                    .build();

            StatusRuntimeException refusal =
                    catchThrowableOfType(StatusRuntimeException.class, () -> submit("acme", large));

            assertThat(refusal.getStatus().getCode()).as("%s", refusal).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(refusal.getStatus().getDescription())
                    .contains("larger than Kafka takes")
                    .contains("dataset_uri");
        }
    }

    @Test
    void submittedJobIsWatchedToItsEndWithoutLossOrRepetition() {
        try (ScriptedTrainer trainer = new ScriptedTrainer("g1", kafka, Fixture.BASE, 1, _ -> Play.SUCCEED)) {
            Job job = submit("acme", request("watched", "watch-1"));

            List<WatchJobResponse> all = watch(job.getId(), 0);
            List<WatchJobResponse> rest = watch(job.getId(), 3);

            assertThat(job.getState())
                    .isIn(JobState.JOB_STATE_QUEUED, JobState.JOB_STATE_RUNNING, JobState.JOB_STATE_SUCCEEDED);
            assertThat(all)
                    .extracting(response -> response.getEvent().getSequence())
                    .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
            assertThat(all.getLast().getEvent().getFactCase()).isEqualTo(FactCase.SUCCEEDED);
            assertThat(rest)
                    .extracting(response -> response.getEvent().getSequence())
                    .containsExactly(4L, 5L, 6L, 7L, 8L);
            assertThat(watch(job.getId(), 8)).isEmpty();
            Job ended = get("acme", job.getId());
            assertThat(ended.getState()).isEqualTo(JobState.JOB_STATE_SUCCEEDED);
            assertThat(ended.getVersion()).isEqualTo(1);
            assertThat(ended.getProgress().getStep()).isEqualTo(3);
            assertThat(submit("acme", request("watched", "watch-1")).getId()).isEqualTo(job.getId());
            assertThat(trainer.assignments())
                    .filteredOn(assignment -> assignment.getJob().equals(job.getId()))
                    .hasSize(1);
        }
    }

    @Test
    void badRequestComesBackWithTheFieldsAtFault() {
        assertThatThrownBy(() -> submit(
                        "acme",
                        request("No Name", "bad-1").toBuilder().setPriority(500).build()))
                .isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
                    assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
                    assertThat(violations(e))
                            .extracting(BadRequest.FieldViolation::getField)
                            .containsExactly("adapter", "priority");
                });
    }

    @Test
    void otherContentUnderAKnownKeyAlreadyExists() {
        assertThat(submit("acme", request("conflict", "conflict-1")).getId()).startsWith("j-");

        assertThatThrownBy(() -> submit("acme", request("another", "conflict-1")))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.ALREADY_EXISTS));
    }

    @Test
    void jobsOfOthersAreNotFound() {
        Job job = submit("acme", request("private", "private-1"));

        assertThat(codeOf(() -> get("other", job.getId()))).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(codeOf(() -> jobs("other")
                        .cancelJob(CancelJobRequest.newBuilder()
                                .setJob(job.getId())
                                .build())))
                .isEqualTo(Status.Code.NOT_FOUND);
        assertThat(codeOf(() -> get("acme", "../other"))).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(jobs("other").listJobs(ListJobsRequest.getDefaultInstance()).getJobsList())
                .isEmpty();
    }

    @Test
    void callsWithoutAKnownCredentialAreUnauthenticated() {
        assertThat(codeOf(() -> get("nobody", "j-x"))).isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    @Test
    void listIsPagedNewestFirst() {
        for (int i = 0; i < 3; i++) {
            assertThat(submit("acme", request("paged", "page-" + i)).getAdapter())
                    .isEqualTo("paged");
        }
        ListJobsRequest two =
                ListJobsRequest.newBuilder().setAdapter("paged").setPageSize(2).build();

        ListJobsResponse first = jobs("acme").listJobs(two);
        ListJobsResponse second = jobs("acme")
                .listJobs(two.toBuilder().setPageToken(first.getNextPageToken()).build());

        assertThat(first.getJobsList())
                .extracting(job -> job.getRequest().getIdempotencyKey())
                .containsExactly("page-2", "page-1");
        assertThat(second.getJobsList())
                .extracting(job -> job.getRequest().getIdempotencyKey())
                .containsExactly("page-0");
        assertThat(second.getNextPageToken()).isEmpty();
    }

    @Test
    void queuedJobIsCancelled() {
        Job job = submit(
                "acme",
                request("unwanted", "cancel-1").toBuilder().setPriority(-100).build());

        assertThat(jobs("acme")
                        .cancelJob(CancelJobRequest.newBuilder()
                                .setJob(job.getId())
                                .build())
                        .getJob()
                        .getId())
                .isEqualTo(job.getId());

        List<WatchJobResponse> told = watch(job.getId(), 0);
        assertThat(told.getLast().getEvent().getCancelled().getBy()).isEqualTo("tenant");
        assertThat(get("acme", job.getId()).getState()).isEqualTo(JobState.JOB_STATE_CANCELLED);
    }

    @Test
    void readyAndMeasured() throws IOException, InterruptedException {
        assertThat(submit("acme", request("measured", "measured-1")).getId()).isNotEmpty();

        assertThat(page("q/health/ready")).contains("\"leading\"").contains("UP");
        assertThat(page("q/metrics")).contains("lorikeet_scheduler_jobs{state=\"queued\"");
    }

    private String page(String path) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(URI.create(service + path)).build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    private static Status.Code codeOf(Runnable call) {
        try {
            call.run();
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode();
        }
        return Status.Code.OK;
    }

    private static List<BadRequest.FieldViolation> violations(StatusRuntimeException e) {
        com.google.rpc.Status status = StatusProto.fromThrowable(e);
        assertThat(status).isNotNull();
        try {
            Any details = status.getDetails(0);
            return details.unpack(BadRequest.class).getFieldViolationsList();
        } catch (InvalidProtocolBufferException invalid) {
            throw new IllegalStateException(invalid);
        }
    }
}
