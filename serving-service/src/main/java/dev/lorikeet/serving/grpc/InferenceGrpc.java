package dev.lorikeet.serving.grpc;

import dev.lorikeet.proto.inference.v1.GenerateRequest;
import dev.lorikeet.proto.inference.v1.GenerateResponse;
import dev.lorikeet.proto.inference.v1.GenerateStreamResponse;
import dev.lorikeet.proto.inference.v1.InferenceServiceGrpc;
import dev.lorikeet.serving.config.ServingConfig;
import dev.lorikeet.serving.loop.Answer;
import dev.lorikeet.serving.loop.CallScope;
import dev.lorikeet.serving.loop.Inference;
import dev.lorikeet.serving.loop.ServingCore;
import dev.lorikeet.tenancy.TenantId;
import dev.lorikeet.tenancy.grpc.TenantInterceptor;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;

/** Generation over gRPC. Each call runs on a virtual thread; deadline and cancellation count between two steps. */
@GrpcService
public class InferenceGrpc extends InferenceServiceGrpc.InferenceServiceImplBase {
    private final ServingCore core;
    private final ServingConfig config;

    InferenceGrpc(ServingCore core, ServingConfig config) {
        this.core = core;
        this.config = config;
    }

    @Override
    public void generate(GenerateRequest request, StreamObserver<GenerateResponse> observer) {
        TenantId tenant = TenantInterceptor.tenant();
        CallScope scope = CallLifecycle.scope();
        new ReplyStream<>(observer, scope, config.streamStallTimeout())
                .serve("generate", out -> generate(tenant, request, scope, out));
    }

    @Override
    public void generateStream(GenerateRequest request, StreamObserver<GenerateStreamResponse> observer) {
        TenantId tenant = TenantInterceptor.tenant();
        CallScope scope = CallLifecycle.scope();
        new ReplyStream<>(observer, scope, config.streamStallTimeout())
                .serve("generate-stream", out -> generateStream(tenant, request, scope, out));
    }

    private void generate(TenantId tenant, GenerateRequest request, CallScope scope, ReplyStream<GenerateResponse> out)
            throws InterruptedException {
        try (Inference.Call call = core.inference().open(tenant, InferenceMapper.ask(request), scope)) {
            StringBuilder text = new StringBuilder();
            while (true) {
                switch (call.take()) {
                    case Answer.Text(String more) -> text.append(more);
                    case Answer.Failed(var rejection) -> throw rejection.asException();
                    case Answer.Finished finished -> {
                        GenerateResponse.Builder reply = GenerateResponse.newBuilder()
                                .setText(text.toString())
                                .setFinishReason(InferenceMapper.reason(finished))
                                .setUsage(InferenceMapper.usage(finished));
                        call.adapter().map(InferenceMapper::adapter).ifPresent(reply::setAdapter);
                        out.send(reply.build());
                        return;
                    }
                }
            }
        }
    }

    private void generateStream(
            TenantId tenant, GenerateRequest request, CallScope scope, ReplyStream<GenerateStreamResponse> out)
            throws InterruptedException {
        try (Inference.Call call = core.inference().open(tenant, InferenceMapper.ask(request), scope)) {
            boolean first = true;
            while (true) {
                GenerateStreamResponse.Builder reply = GenerateStreamResponse.newBuilder();
                boolean last = false;
                switch (call.take()) {
                    case Answer.Text(String more) -> reply.setText(more);
                    case Answer.Failed(var rejection) -> throw rejection.asException();
                    case Answer.Finished finished -> {
                        reply.setFinishReason(InferenceMapper.reason(finished))
                                .setUsage(InferenceMapper.usage(finished));
                        last = true;
                    }
                }
                if (first || last) {
                    call.adapter().map(InferenceMapper::adapter).ifPresent(reply::setAdapter);
                }
                out.send(reply.build());
                first = false;
                if (last) {
                    return;
                }
            }
        }
    }
}
