package dev.lorikeet.cli.grpc;

import dev.lorikeet.cli.platform.Platform;
import dev.lorikeet.cli.terminal.CommandFailure;
import dev.lorikeet.proto.adapter.v1.AdapterServiceGrpc;
import dev.lorikeet.proto.inference.v1.EncoderServiceGrpc;
import dev.lorikeet.proto.inference.v1.InferenceServiceGrpc;
import dev.lorikeet.proto.training.v1.JobServiceGrpc;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Blocking clients of the platform's gRPC services, with the tenant's credential on every call. A channel is opened when
 * it is first needed. For one thread, except that the stubs themselves may be shared.
 */
public final class Services implements AutoCloseable {

    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final Platform platform;
    private final List<ManagedChannel> channels = new ArrayList<>();

    /**
     * Clients of a platform.
     *
     * @param platform addresses and identity
     */
    public Services(Platform platform) {
        this.platform = platform;
    }

    /** Jobs, at the scheduler-service. */
    public JobServiceGrpc.JobServiceBlockingStub jobs() {
        return JobServiceGrpc.newBlockingStub(channel(platform.schedulerAddress()));
    }

    /** Adapters, at the serving-service. */
    public AdapterServiceGrpc.AdapterServiceBlockingStub adapters() {
        return AdapterServiceGrpc.newBlockingStub(channel(platform.servingAddress()));
    }

    /** Generation, at the serving-service. */
    public InferenceServiceGrpc.InferenceServiceBlockingStub inference() {
        return InferenceServiceGrpc.newBlockingStub(channel(platform.servingAddress()));
    }

    /** Labels and embeddings, at the serving-service. */
    public EncoderServiceGrpc.EncoderServiceBlockingStub encoder() {
        return EncoderServiceGrpc.newBlockingStub(channel(platform.servingAddress()));
    }

    private Channel channel(String address) {
        Metadata metadata = new Metadata();
        metadata.put(AUTHORIZATION, platform.identity().authorization());
        ManagedChannel channel = open(address);
        channels.add(channel);
        return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
    }

    /**
     * A channel without a credential.
     *
     * @param address {@code host:port} or {@code http://host:port}, in clear; {@code https://host:port}, by TLS
     */
    public static ManagedChannel open(String address) {
        URI uri = URI.create(address.contains("://") ? address : "http://" + address);
        boolean secure = "https".equals(uri.getScheme());
        if (uri.getHost() == null || (!secure && !"http".equals(uri.getScheme()))) {
            throw new CommandFailure(
                    "`" + address + "` is no address of a service: it would be host:port, or https://host:port.");
        }
        int port = uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80;
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress(uri.getHost(), port);
        return (secure ? builder.useTransportSecurity() : builder.usePlaintext()).build();
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
        try {
            for (ManagedChannel channel : channels) {
                channel.awaitTermination(2, TimeUnit.SECONDS);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
