package dev.lorikeet.serving.grpc;

import dev.lorikeet.proto.adapter.v1.AdapterServiceGrpc;
import dev.lorikeet.proto.adapter.v1.DeleteAdapterRequest;
import dev.lorikeet.proto.adapter.v1.DeleteAdapterResponse;
import dev.lorikeet.proto.adapter.v1.DeleteAliasRequest;
import dev.lorikeet.proto.adapter.v1.DeleteAliasResponse;
import dev.lorikeet.proto.adapter.v1.DeleteVersionRequest;
import dev.lorikeet.proto.adapter.v1.DeleteVersionResponse;
import dev.lorikeet.proto.adapter.v1.GetAdapterRequest;
import dev.lorikeet.proto.adapter.v1.GetAdapterResponse;
import dev.lorikeet.proto.adapter.v1.ListAdaptersRequest;
import dev.lorikeet.proto.adapter.v1.ListAdaptersResponse;
import dev.lorikeet.proto.adapter.v1.ListVersionsRequest;
import dev.lorikeet.proto.adapter.v1.ListVersionsResponse;
import dev.lorikeet.proto.adapter.v1.SetAliasRequest;
import dev.lorikeet.proto.adapter.v1.SetAliasResponse;
import dev.lorikeet.registry.adapter.AdapterPage;
import dev.lorikeet.registry.adapter.AdapterState;
import dev.lorikeet.registry.adapter.Adapters;
import dev.lorikeet.registry.adapter.Alias;
import dev.lorikeet.registry.adapter.AliasTarget;
import dev.lorikeet.registry.adapter.Version;
import dev.lorikeet.registry.proto.AdapterMessages;
import dev.lorikeet.serving.config.ServingConfig;
import dev.lorikeet.serving.loop.AdapterChanges;
import dev.lorikeet.serving.rejection.Rejection;
import dev.lorikeet.serving.rejection.Rejection.Code;
import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.AliasName;
import dev.lorikeet.tenancy.TenantId;
import dev.lorikeet.tenancy.grpc.TenantInterceptor;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;

/** A tenant's adapters over gRPC. Each change is announced, so that every replica follows it at once. */
@GrpcService
public class AdapterGrpc extends AdapterServiceGrpc.AdapterServiceImplBase {
    private static final int DEFAULT_PAGE = 100;
    private static final int MAX_PAGE = 1000;

    private final Adapters adapters;
    private final AdapterChanges changes;
    private final ServingConfig config;
    private final InstantSource time = InstantSource.system();

    AdapterGrpc(Adapters adapters, AdapterChanges changes, ServingConfig config) {
        this.adapters = adapters;
        this.changes = changes;
        this.config = config;
    }

    @Override
    public void listAdapters(ListAdaptersRequest request, StreamObserver<ListAdaptersResponse> observer) {
        unary("list-adapters", observer, tenant -> {
            int size = request.getPageSize() == 0 ? DEFAULT_PAGE : request.getPageSize();
            if (size < 0 || size > MAX_PAGE) {
                throw Rejection.invalid("page_size", "must be from 0 (the default) to " + MAX_PAGE)
                        .asException();
            }
            AdapterPage page = adapters.list(tenant, size, request.getPageToken());
            ListAdaptersResponse.Builder reply =
                    ListAdaptersResponse.newBuilder().setNextPageToken(page.nextPageToken());
            page.adapters().forEach(state -> reply.addAdapters(AdapterMessages.adapter(state)));
            return reply.build();
        });
    }

    @Override
    public void getAdapter(GetAdapterRequest request, StreamObserver<GetAdapterResponse> observer) {
        unary("get-adapter", observer, tenant -> {
            AdapterName adapter = new AdapterName(request.getAdapter());
            AdapterState state = adapters.state(tenant, adapter);
            if (state.deleted()) {
                throw notFound(adapter);
            }
            return GetAdapterResponse.newBuilder()
                    .setAdapter(AdapterMessages.adapter(state))
                    .build();
        });
    }

    @Override
    public void listVersions(ListVersionsRequest request, StreamObserver<ListVersionsResponse> observer) {
        unary("list-versions", observer, tenant -> {
            AdapterName adapter = new AdapterName(request.getAdapter());
            List<Version> versions = adapters.versions(tenant, adapter);
            if (versions.isEmpty()) {
                throw notFound(adapter);
            }
            ListVersionsResponse.Builder reply = ListVersionsResponse.newBuilder();
            versions.forEach(version -> reply.addVersions(AdapterMessages.version(version)));
            return reply.build();
        });
    }

    @Override
    public void setAlias(SetAliasRequest request, StreamObserver<SetAliasResponse> observer) {
        unary("set-alias", observer, tenant -> {
            AdapterName adapter = new AdapterName(request.getAdapter());
            AliasName name = new AliasName(request.getAlias());
            if (request.getExpectedGeneration() < 0) {
                throw Rejection.invalid("expected_generation", "must not be negative")
                        .asException();
            }
            OptionalLong expected = request.getExpectedGeneration() == 0
                    ? OptionalLong.empty()
                    : OptionalLong.of(request.getExpectedGeneration());
            List<AliasTarget> targets = request.getTargetsList().stream()
                    .map(target -> new AliasTarget(target.getVersion(), target.getWeight()))
                    .toList();
            Alias alias = adapters.setAlias(tenant, adapter, name, targets, expected, time.instant());
            changes.announce(tenant, adapter);
            return SetAliasResponse.newBuilder()
                    .setAlias(AdapterMessages.alias(alias))
                    .build();
        });
    }

    @Override
    public void deleteAlias(DeleteAliasRequest request, StreamObserver<DeleteAliasResponse> observer) {
        unary("delete-alias", observer, tenant -> {
            AdapterName adapter = new AdapterName(request.getAdapter());
            adapters.deleteAlias(tenant, adapter, new AliasName(request.getAlias()), time.instant());
            changes.announce(tenant, adapter);
            return DeleteAliasResponse.getDefaultInstance();
        });
    }

    @Override
    public void deleteVersion(DeleteVersionRequest request, StreamObserver<DeleteVersionResponse> observer) {
        unary("delete-version", observer, tenant -> {
            AdapterName adapter = new AdapterName(request.getAdapter());
            if (request.getVersion() < 1) {
                throw Rejection.invalid("version", "must be a number from 1").asException();
            }
            adapters.deleteVersion(tenant, adapter, request.getVersion());
            changes.announce(tenant, adapter);
            return DeleteVersionResponse.getDefaultInstance();
        });
    }

    @Override
    public void deleteAdapter(DeleteAdapterRequest request, StreamObserver<DeleteAdapterResponse> observer) {
        unary("delete-adapter", observer, tenant -> {
            AdapterName adapter = new AdapterName(request.getAdapter());
            adapters.deleteAdapter(tenant, adapter, time.instant());
            changes.announce(tenant, adapter);
            return DeleteAdapterResponse.getDefaultInstance();
        });
    }

    private <A> void unary(String what, StreamObserver<A> observer, Function<TenantId, A> answer) {
        TenantId tenant = TenantInterceptor.tenant();
        new ReplyStream<>(observer, CallLifecycle.scope(), config.streamStallTimeout())
                .serve(what, out -> out.send(answer.apply(tenant)));
    }

    private static RuntimeException notFound(AdapterName adapter) {
        return Rejection.of(Code.NOT_FOUND, "you have no adapter '" + adapter + "'")
                .asException();
    }
}
