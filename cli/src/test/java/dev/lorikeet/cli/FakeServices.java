package dev.lorikeet.cli;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import dev.lorikeet.proto.adapter.v1.Adapter;
import dev.lorikeet.proto.adapter.v1.AdapterServiceGrpc;
import dev.lorikeet.proto.adapter.v1.Alias;
import dev.lorikeet.proto.adapter.v1.DeleteAdapterRequest;
import dev.lorikeet.proto.adapter.v1.DeleteAdapterResponse;
import dev.lorikeet.proto.adapter.v1.DeleteVersionRequest;
import dev.lorikeet.proto.adapter.v1.DeleteVersionResponse;
import dev.lorikeet.proto.adapter.v1.ListAdaptersRequest;
import dev.lorikeet.proto.adapter.v1.ListAdaptersResponse;
import dev.lorikeet.proto.adapter.v1.ListVersionsRequest;
import dev.lorikeet.proto.adapter.v1.ListVersionsResponse;
import dev.lorikeet.proto.adapter.v1.SetAliasRequest;
import dev.lorikeet.proto.adapter.v1.SetAliasResponse;
import dev.lorikeet.proto.adapter.v1.Version;
import dev.lorikeet.proto.inference.v1.ChatMessage;
import dev.lorikeet.proto.inference.v1.Classification;
import dev.lorikeet.proto.inference.v1.ClassifyRequest;
import dev.lorikeet.proto.inference.v1.ClassifyResponse;
import dev.lorikeet.proto.inference.v1.EmbedRequest;
import dev.lorikeet.proto.inference.v1.EmbedResponse;
import dev.lorikeet.proto.inference.v1.Embedding;
import dev.lorikeet.proto.inference.v1.EncoderInput;
import dev.lorikeet.proto.inference.v1.EncoderServiceGrpc;
import dev.lorikeet.proto.inference.v1.GenerateRequest;
import dev.lorikeet.proto.inference.v1.GenerateResponse;
import dev.lorikeet.proto.inference.v1.GenerateStreamResponse;
import dev.lorikeet.proto.inference.v1.InferenceServiceGrpc;
import dev.lorikeet.proto.inference.v1.LabelScore;
import dev.lorikeet.proto.inference.v1.Usage;
import dev.lorikeet.proto.training.v1.Accepted;
import dev.lorikeet.proto.training.v1.Failed;
import dev.lorikeet.proto.training.v1.Job;
import dev.lorikeet.proto.training.v1.JobServiceGrpc;
import dev.lorikeet.proto.training.v1.JobState;
import dev.lorikeet.proto.training.v1.ListJobsRequest;
import dev.lorikeet.proto.training.v1.ListJobsResponse;
import dev.lorikeet.proto.training.v1.Progress;
import dev.lorikeet.proto.training.v1.SubmitJobRequest;
import dev.lorikeet.proto.training.v1.SubmitJobResponse;
import dev.lorikeet.proto.training.v1.Succeeded;
import dev.lorikeet.proto.training.v1.TrainingEvent;
import dev.lorikeet.proto.training.v1.WatchJobRequest;
import dev.lorikeet.proto.training.v1.WatchJobResponse;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The platform's services as the command line sees them, answering from memory, remembering what they were asked. */
final class FakeServices implements AutoCloseable {

    static final String KEY = "lk_test";

    final List<Object> asked = Collections.synchronizedList(new ArrayList<>());
    private final Server server;
    private final int port;

    FakeServices() throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(new Jobs())
                .addService(new Adapters())
                .addService(new Inference())
                .addService(new Texts())
                .intercept(new KeyCheck())
                .build()
                .start();
        port = server.getPort();
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private static final class KeyCheck implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            String sent = headers.get(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER));
            if (!("Bearer " + KEY).equals(sent)) {
                call.close(Status.UNAUTHENTICATED.withDescription("unknown key"), new Metadata());
                return new ServerCall.Listener<>() {};
            }
            return next.startCall(call, headers);
        }
    }

    private final class Jobs extends JobServiceGrpc.JobServiceImplBase {
        @Override
        public void listJobs(ListJobsRequest request, StreamObserver<ListJobsResponse> reply) {
            asked.add(request);
            boolean first = request.getPageToken().isEmpty();
            answer(
                    reply,
                    ListJobsResponse.newBuilder()
                            .addJobs(Job.newBuilder()
                                    .setId(first ? "j-new" : "j-old")
                                    .setAdapter("house-style")
                                    .setState(first ? JobState.JOB_STATE_RUNNING : JobState.JOB_STATE_SUCCEEDED)
                                    .setVersion(first ? 0 : 4))
                            .setNextPageToken(first ? "more" : "")
                            .build());
        }

        @Override
        public void submitJob(SubmitJobRequest request, StreamObserver<SubmitJobResponse> reply) {
            asked.add(request.getRequest());
            if (request.getRequest().getAdapter().equals("BAD")) {
                reply.onError(StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                        .setCode(Status.Code.INVALID_ARGUMENT.value())
                        .setMessage("the request is invalid")
                        .addDetails(Any.pack(BadRequest.newBuilder()
                                .addFieldViolations(BadRequest.FieldViolation.newBuilder()
                                        .setField("adapter")
                                        .setDescription("must be lower case"))
                                .build()))
                        .build()));
                return;
            }
            answer(
                    reply,
                    SubmitJobResponse.newBuilder()
                            .setJob(Job.newBuilder().setId("j-1"))
                            .build());
        }

        @Override
        public void watchJob(WatchJobRequest request, StreamObserver<WatchJobResponse> reply) {
            reply.onNext(event(1).setAccepted(Accepted.getDefaultInstance()).toResponse());
            reply.onNext(event(2).setProgress(
                            Progress.newBuilder().setStep(1).setTotalSteps(2).setLoss(1.5))
                    .toResponse());
            reply.onNext(
                    request.getJob().equals("j-fails")
                            ? event(3).setFailed(Failed.newBuilder().setReason("no memory"))
                                    .toResponse()
                            : event(3).setSucceeded(Succeeded.newBuilder()
                                            .setVersion(7)
                                            .setSteps(2)
                                            .setFinalLoss(0.25))
                                    .toResponse());
            reply.onCompleted();
        }
    }

    private final class Adapters extends AdapterServiceGrpc.AdapterServiceImplBase {
        @Override
        public void listAdapters(ListAdaptersRequest request, StreamObserver<ListAdaptersResponse> reply) {
            answer(
                    reply,
                    ListAdaptersResponse.newBuilder()
                            .addAdapters(Adapter.newBuilder()
                                    .setName("house-style")
                                    .setNewest(Version.newBuilder()
                                            .setNumber(3)
                                            .setMethod("dora")
                                            .putMetrics("final_loss", 0.125)))
                            .build());
        }

        @Override
        public void listVersions(ListVersionsRequest request, StreamObserver<ListVersionsResponse> reply) {
            ListVersionsResponse.Builder versions = ListVersionsResponse.newBuilder();
            for (int number = 3; number > 0; number--) {
                versions.addVersions(Version.newBuilder()
                        .setNumber(number)
                        .setKind("LORA")
                        .setMethod("dora")
                        .setParameters(1234)
                        .putMetrics("final_loss", 0.125));
            }
            answer(reply, versions.build());
        }

        @Override
        public void setAlias(SetAliasRequest request, StreamObserver<SetAliasResponse> reply) {
            asked.add(request);
            answer(
                    reply,
                    SetAliasResponse.newBuilder()
                            .setAlias(Alias.newBuilder()
                                    .setName(request.getAlias())
                                    .setGeneration(2)
                                    .addAllTargets(request.getTargetsList()))
                            .build());
        }

        @Override
        public void deleteVersion(DeleteVersionRequest request, StreamObserver<DeleteVersionResponse> reply) {
            asked.add(request);
            answer(reply, DeleteVersionResponse.getDefaultInstance());
        }

        @Override
        public void deleteAdapter(DeleteAdapterRequest request, StreamObserver<DeleteAdapterResponse> reply) {
            asked.add(request);
            answer(reply, DeleteAdapterResponse.getDefaultInstance());
        }
    }

    private final class Inference extends InferenceServiceGrpc.InferenceServiceImplBase {
        @Override
        public void generate(GenerateRequest request, StreamObserver<GenerateResponse> reply) {
            asked.add(request);
            answer(reply, GenerateResponse.newBuilder().setText("whole").build());
        }

        /** Answers with the number of messages and the last one's text, in two pieces. */
        @Override
        public void generateStream(GenerateRequest request, StreamObserver<GenerateStreamResponse> reply) {
            asked.add(request);
            List<ChatMessage> messages = request.getConversation().getMessagesList();
            reply.onNext(GenerateStreamResponse.newBuilder()
                    .setText(messages.size() + " ")
                    .build());
            answer(
                    reply,
                    GenerateStreamResponse.newBuilder()
                            .setText(messages.getLast().getContent())
                            .build());
        }
    }

    private final class Texts extends EncoderServiceGrpc.EncoderServiceImplBase {
        /** Finds long texts long. */
        @Override
        public void classify(ClassifyRequest request, StreamObserver<ClassifyResponse> reply) {
            asked.add(request);
            ClassifyResponse.Builder response = ClassifyResponse.newBuilder()
                    .setUsage(Usage.newBuilder().setPromptTokens(request.getInputsCount()));
            for (EncoderInput input : request.getInputsList()) {
                if (input.getText().equals("bad")) {
                    reply.onError(Status.INVALID_ARGUMENT
                            .withDescription("inputs[0]: is bad")
                            .asRuntimeException());
                    return;
                }
                double score = input.getText().length() > 5 ? 0.75 : 0.25;
                response.addResults(Classification.newBuilder()
                        .setLabel(score > 0.5 ? "long" : "short")
                        .addScores(LabelScore.newBuilder().setLabel("short").setProbability(1 - score))
                        .addScores(LabelScore.newBuilder().setLabel("long").setProbability(score)));
            }
            answer(reply, response.build());
        }

        @Override
        public void embed(EmbedRequest request, StreamObserver<EmbedResponse> reply) {
            asked.add(request);
            EmbedResponse.Builder response = EmbedResponse.newBuilder();
            for (EncoderInput input : request.getInputsList()) {
                response.addEmbeddings(Embedding.newBuilder()
                        .addValues(input.getText().length())
                        .addValues(0.5f));
            }
            answer(reply, response.build());
        }
    }

    /** An event's builder that ends as a response. */
    private record EventBuilder(TrainingEvent.Builder event) {
        EventBuilder setAccepted(Accepted fact) {
            event.setAccepted(fact);
            return this;
        }

        EventBuilder setProgress(Progress.Builder fact) {
            event.setProgress(fact);
            return this;
        }

        EventBuilder setFailed(Failed.Builder fact) {
            event.setFailed(fact);
            return this;
        }

        EventBuilder setSucceeded(Succeeded.Builder fact) {
            event.setSucceeded(fact);
            return this;
        }

        WatchJobResponse toResponse() {
            return WatchJobResponse.newBuilder().setEvent(event).build();
        }
    }

    private static EventBuilder event(long sequence) {
        return new EventBuilder(TrainingEvent.newBuilder().setJob("j-1").setSequence(sequence));
    }

    private static <A> void answer(StreamObserver<A> reply, A message) {
        reply.onNext(message);
        reply.onCompleted();
    }
}
