package dev.lorikeet.scheduler.grpc;

import dev.lorikeet.proto.training.v1.CancelJobRequest;
import dev.lorikeet.proto.training.v1.CancelJobResponse;
import dev.lorikeet.proto.training.v1.GetJobRequest;
import dev.lorikeet.proto.training.v1.GetJobResponse;
import dev.lorikeet.proto.training.v1.JobServiceGrpc;
import dev.lorikeet.proto.training.v1.ListJobsRequest;
import dev.lorikeet.proto.training.v1.ListJobsResponse;
import dev.lorikeet.proto.training.v1.SubmitJobRequest;
import dev.lorikeet.proto.training.v1.SubmitJobResponse;
import dev.lorikeet.proto.training.v1.TrainingEvent;
import dev.lorikeet.proto.training.v1.WatchJobRequest;
import dev.lorikeet.proto.training.v1.WatchJobResponse;
import dev.lorikeet.scheduler.job.Job;
import dev.lorikeet.scheduler.kafka.EventHistory;
import dev.lorikeet.scheduler.kafka.RequestPublisher.Caller;
import dev.lorikeet.scheduler.protobuf.JobMapper;
import dev.lorikeet.scheduler.quarkus.SchedulerService;
import dev.lorikeet.tenancy.InvalidName;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.tenancy.grpc.TenantInterceptor;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jboss.logging.Logger;

/**
 * Jobs over gRPC: submits and cancels by way of Kafka, answers from the board and the events topic. Each call runs on a
 * virtual thread of its own, started here with the call's gRPC context, which Quarkus's own virtual threads
 * lose when a message comes before they run.
 */
@GrpcService
public class JobGrpc extends JobServiceGrpc.JobServiceImplBase {
    private static final Logger LOG = Logger.getLogger(JobGrpc.class);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final int PAGE = 50;
    private static final int MAX_PAGE = 500;

    private final SchedulerService service;
    private final Semaphore watches;

    @Inject
    JobGrpc(SchedulerService service) {
        this.service = service;
        this.watches = new Semaphore(service.maxWatches());
    }

    /** An answer that may take its time. */
    private interface Answer<A> {
        A get() throws InterruptedException, TimeoutException;
    }

    @Override
    public void submitJob(SubmitJobRequest request, StreamObserver<SubmitJobResponse> to) {
        answer(to, () -> {
            TrainingEvent decision = service.publisher().submit(caller(), request.getRequest(), patience());
            if (decision.hasRejected()) {
                throw Refusals.rejected(decision.getRejected().getViolationsList());
            }
            // The decision is committed; this replica may see it a moment later.
            Job job = service.board()
                    .await(new JobId(decision.getJob()), patience())
                    .orElseThrow(() -> new TimeoutException("the journal lags behind"));
            return SubmitJobResponse.newBuilder().setJob(JobMapper.toProto(job)).build();
        });
    }

    @Override
    public void getJob(GetJobRequest request, StreamObserver<GetJobResponse> to) {
        answer(
                to,
                () -> GetJobResponse.newBuilder()
                        .setJob(JobMapper.toProto(mine(request.getJob())))
                        .build());
    }

    @Override
    public void listJobs(ListJobsRequest request, StreamObserver<ListJobsResponse> to) {
        answer(to, () -> {
            int size = request.getPageSize() == 0 ? PAGE : request.getPageSize();
            if (size < 1 || size > MAX_PAGE) {
                throw Refusals.invalid("page_size", "OUT_OF_RANGE", "is " + size + "; use 0 to " + MAX_PAGE);
            }
            Optional<Job> after = request.getPageToken().isEmpty()
                    ? Optional.empty()
                    : Optional.of(find(request.getPageToken())
                            .orElseThrow(() ->
                                    Refusals.invalid("page_token", "INVALID_VALUE", "is not one of this list's")));
            List<Job> page = service.board()
                    .page(
                            TenantInterceptor.tenant(),
                            after,
                            job -> request.getAdapter().isEmpty()
                                    || job.acceptance().spec().adapter().equals(request.getAdapter()),
                            size + 1);
            ListJobsResponse.Builder response = ListJobsResponse.newBuilder();
            page.stream().limit(size).map(JobMapper::toProto).forEach(response::addJobs);
            if (page.size() > size) {
                response.setNextPageToken(page.get(size - 1).id().value());
            }
            return response.build();
        });
    }

    @Override
    public void cancelJob(CancelJobRequest request, StreamObserver<CancelJobResponse> to) {
        answer(to, () -> {
            Job job = mine(request.getJob());
            if (!job.state().isFinal()) {
                service.publisher().cancel(caller(), job.id(), patience());
            }
            return CancelJobResponse.newBuilder().setJob(JobMapper.toProto(job)).build();
        });
    }

    @Override
    public void watchJob(WatchJobRequest request, StreamObserver<WatchJobResponse> to) {
        ServerCallStreamObserver<WatchJobResponse> call = (ServerCallStreamObserver<WatchJobResponse>) to;
        // With a handler, what is sent to a caller who has gone is dropped and not an error.
        call.setOnCancelHandler(() -> {});
        onVirtualThread(() -> watch(request, call));
    }

    private void watch(WatchJobRequest request, ServerCallStreamObserver<WatchJobResponse> to) {
        if (!watches.tryAcquire()) {
            to.onError(Status.RESOURCE_EXHAUSTED
                    .withDescription("too many watchers; try again later")
                    .asRuntimeException());
            return;
        }
        try {
            if (request.getAfterSequence() < 0) {
                throw Refusals.invalid("after_sequence", "OUT_OF_RANGE", "must not be negative");
            }
            Job job = mine(request.getJob());
            try (EventHistory history =
                    new EventHistory(service.kafka(), job.id(), job.acceptance().at(), request.getAfterSequence())) {
                follow(job.id(), request.getAfterSequence(), history, to);
            }
        } catch (StatusRuntimeException e) {
            to.onError(e);
        } catch (KafkaException e) {
            LOG.warn("a watch broke off", e);
            to.onError(Status.UNAVAILABLE
                    .withDescription("the events cannot be read now; watch again after the last sequence")
                    .asRuntimeException());
        } catch (InterruptedException e) {
            to.onError(Status.UNAVAILABLE.withDescription("the service ends").asRuntimeException());
        } finally {
            watches.release();
        }
    }

    private void follow(JobId id, long after, EventHistory history, ServerCallStreamObserver<WatchJobResponse> call)
            throws InterruptedException {
        long newest = after;
        while (!call.isCancelled()) {
            for (TrainingEvent event : history.poll(POLL)) {
                while (!call.isReady() && !call.isCancelled()) {
                    Thread.sleep(5);
                }
                call.onNext(WatchJobResponse.newBuilder().setEvent(event).build());
                newest = event.getSequence();
            }
            Optional<Job> job = service.board().job(id);
            long told = newest;
            if (job.filter(known -> known.state().isFinal() && known.track().sequence() <= told)
                    .isPresent()) {
                call.onCompleted();
                return;
            }
        }
    }

    private static void onVirtualThread(Runnable call) {
        Thread.ofVirtual().name("grpc-job").start(Context.current().wrap(call));
    }

    private <A> void answer(StreamObserver<A> to, Answer<A> answer) {
        onVirtualThread(() -> answerNow(to, answer));
    }

    private static <A> void answerNow(StreamObserver<A> to, Answer<A> answer) {
        A response;
        try {
            response = answer.get();
        } catch (StatusRuntimeException e) {
            to.onError(e);
            return;
        } catch (TimeoutException e) {
            to.onError(Status.DEADLINE_EXCEEDED
                    .withDescription("not decided in time; it may still be: ask again with the same idempotency key")
                    .asRuntimeException());
            return;
        } catch (RecordTooLargeException e) {
            to.onError(Refusals.invalid(
                    "request", "TOO_LARGE", "is larger than Kafka takes; upload the dataset and send its dataset_uri"));
            return;
        } catch (KafkaException e) {
            LOG.warn("Kafka does not serve", e);
            to.onError(Status.UNAVAILABLE
                    .withDescription("Kafka does not answer; try again")
                    .asRuntimeException());
            return;
        } catch (InterruptedException e) {
            to.onError(Status.UNAVAILABLE.withDescription("the service ends").asRuntimeException());
            return;
        } catch (RuntimeException e) {
            LOG.error("a call failed", e);
            to.onError(Status.INTERNAL.withDescription("a fault of ours").asRuntimeException());
            return;
        }
        to.onNext(response);
        to.onCompleted();
    }

    private Job mine(String id) {
        return find(id).orElseThrow(() -> Status.NOT_FOUND
                .withDescription("there is no job " + shortened(id))
                .asRuntimeException());
    }

    private Optional<Job> find(String id) {
        try {
            return service.board().job(new JobId(id)).filter(job -> job.tenant().equals(TenantInterceptor.tenant()));
        } catch (InvalidName e) {
            throw Refusals.invalid("job", e.code().name(), e.reason());
        }
    }

    private static String shortened(String id) {
        return id.substring(0, Math.min(64, id.length()));
    }

    private static Caller caller() {
        return new Caller(TenantInterceptor.tenant(), Authorization.current());
    }

    private static Duration patience() {
        Deadline deadline = Context.current().getDeadline();
        if (deadline == null) {
            return PATIENCE;
        }
        long left = Math.max(1, deadline.timeRemaining(TimeUnit.MILLISECONDS));
        return Duration.ofMillis(Math.min(PATIENCE.toMillis(), left));
    }
}
