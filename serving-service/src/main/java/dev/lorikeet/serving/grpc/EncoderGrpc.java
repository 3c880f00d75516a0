package dev.lorikeet.serving.grpc;

import dev.lorikeet.proto.inference.v1.ClassifyRequest;
import dev.lorikeet.proto.inference.v1.ClassifyResponse;
import dev.lorikeet.proto.inference.v1.EmbedRequest;
import dev.lorikeet.proto.inference.v1.EmbedResponse;
import dev.lorikeet.proto.inference.v1.EncoderServiceGrpc;
import dev.lorikeet.serving.config.ServingConfig;
import dev.lorikeet.serving.loop.CallScope;
import dev.lorikeet.serving.loop.ServingCore;
import dev.lorikeet.tenancy.TenantId;
import dev.lorikeet.tenancy.grpc.TenantInterceptor;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;

/** Labels and embeddings over gRPC. Each call runs on a virtual thread; deadline and cancellation count between batches. */
@GrpcService
public class EncoderGrpc extends EncoderServiceGrpc.EncoderServiceImplBase {
    private final ServingCore core;
    private final ServingConfig config;

    EncoderGrpc(ServingCore core, ServingConfig config) {
        this.core = core;
        this.config = config;
    }

    @Override
    public void classify(ClassifyRequest request, StreamObserver<ClassifyResponse> observer) {
        TenantId tenant = TenantInterceptor.tenant();
        CallScope scope = CallLifecycle.scope();
        new ReplyStream<>(observer, scope, config.streamStallTimeout())
                .serve(
                        "classify",
                        out -> out.send(EncoderMapper.reply(
                                core.encoder().classify(tenant, EncoderMapper.ask(request), scope))));
    }

    @Override
    public void embed(EmbedRequest request, StreamObserver<EmbedResponse> observer) {
        TenantId tenant = TenantInterceptor.tenant();
        CallScope scope = CallLifecycle.scope();
        new ReplyStream<>(observer, scope, config.streamStallTimeout())
                .serve(
                        "embed",
                        out -> out.send(EncoderMapper.embeddings(core.encoder()
                                .embed(tenant, EncoderMapper.ask(request), EncoderMapper.options(request), scope))));
    }
}
