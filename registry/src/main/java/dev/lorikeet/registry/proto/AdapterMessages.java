package dev.lorikeet.registry.proto;

import com.google.protobuf.Timestamp;
import dev.lorikeet.proto.adapter.v1.Adapter;
import dev.lorikeet.proto.adapter.v1.AdapterEvent;
import dev.lorikeet.registry.adapter.AdapterState;
import dev.lorikeet.registry.adapter.Alias;
import dev.lorikeet.registry.adapter.AliasTarget;
import dev.lorikeet.registry.adapter.BaseModelRef;
import dev.lorikeet.registry.adapter.Description;
import dev.lorikeet.registry.adapter.Manifest;
import dev.lorikeet.registry.adapter.ManifestFile;
import dev.lorikeet.registry.adapter.Origin;
import dev.lorikeet.registry.adapter.Version;
import dev.lorikeet.tenancy.AliasName;
import dev.lorikeet.tenancy.JobId;
import java.time.Instant;

/** The registry's records as messages of lorikeet.adapter.v1, and back. */
public final class AdapterMessages {
    private AdapterMessages() {}

    /** An adapter as {@code AdapterService} shows it. */
    public static Adapter adapter(AdapterState state) {
        Adapter.Builder message = Adapter.newBuilder().setName(state.adapter().value());
        state.newest().ifPresent(version -> message.setNewest(version(version)));
        state.aliases().forEach(alias -> message.addAliases(alias(alias)));
        return message.build();
    }

    /**
     * An adapter's state as it is announced, keyed by {@code <tenant>/<adapter>}.
     *
     * @param now when the change was made
     */
    public static AdapterEvent event(AdapterState state, Instant now) {
        AdapterEvent.Builder message = AdapterEvent.newBuilder()
                .setTenant(state.tenant().value())
                .setAdapter(state.adapter().value())
                .setDeleted(state.deleted())
                .setTime(timestamp(now));
        state.newest()
                .ifPresent(version -> message.setNewestVersion(version.number()).setNewestRevision(version.revision()));
        state.aliases().forEach(alias -> message.addAliases(alias(alias)));
        return message.build();
    }

    /** A manifest. */
    public static dev.lorikeet.proto.adapter.v1.Manifest manifest(Manifest manifest) {
        dev.lorikeet.proto.adapter.v1.Manifest.Builder message = dev.lorikeet.proto.adapter.v1.Manifest.newBuilder()
                .setFormat(Manifest.FORMAT)
                .setRevision(manifest.revision())
                .setBaseModel(baseModel(manifest.baseModel()))
                .setKind(manifest.kind())
                .setMethod(manifest.method())
                .setParameters(manifest.parameters());
        manifest.files()
                .forEach(file -> message.addFiles(dev.lorikeet.proto.adapter.v1.ManifestFile.newBuilder()
                        .setName(file.name())
                        .setSize(file.size())
                        .setSha256(file.sha256())));
        return message.build();
    }

    /** A manifest; {@link IllegalArgumentException} if it is inconsistent or of another format. */
    public static Manifest manifest(dev.lorikeet.proto.adapter.v1.Manifest message) {
        if (message.getFormat() != Manifest.FORMAT) {
            throw new IllegalArgumentException(
                    "it has format " + message.getFormat() + "; this version reads " + Manifest.FORMAT);
        }
        return new Manifest(
                message.getRevision(),
                message.getFilesList().stream()
                        .map(file -> new ManifestFile(file.getName(), file.getSize(), file.getSha256()))
                        .toList(),
                baseModel(message.getBaseModel()),
                message.getKind(),
                message.getMethod(),
                message.getParameters());
    }

    /** A version. */
    public static dev.lorikeet.proto.adapter.v1.Version version(Version version) {
        Description description = version.description();
        return dev.lorikeet.proto.adapter.v1.Version.newBuilder()
                .setNumber(version.number())
                .setRevision(version.revision())
                .setCreatedAt(timestamp(version.createdAt()))
                .setJob(version.origin().job().value())
                .setAttempt(version.origin().attempt())
                .setBaseModel(baseModel(description.baseModel()))
                .putAllMetrics(description.metrics())
                .putAllMetadata(description.metadata())
                .setKind(description.kind())
                .setMethod(description.method())
                .setParameters(description.parameters())
                .setSizeBytes(version.sizeBytes())
                .build();
    }

    /** A version; {@link IllegalArgumentException} if a name in it is none. */
    public static Version version(dev.lorikeet.proto.adapter.v1.Version message) {
        return new Version(
                message.getNumber(),
                message.getRevision(),
                instant(message.getCreatedAt()),
                new Origin(new JobId(message.getJob()), message.getAttempt()),
                new Description(
                        baseModel(message.getBaseModel()),
                        message.getKind(),
                        message.getMethod(),
                        message.getParameters(),
                        message.getMetricsMap(),
                        message.getMetadataMap()),
                message.getSizeBytes());
    }

    /** An alias. */
    public static dev.lorikeet.proto.adapter.v1.Alias alias(Alias alias) {
        dev.lorikeet.proto.adapter.v1.Alias.Builder message = dev.lorikeet.proto.adapter.v1.Alias.newBuilder()
                .setName(alias.name().value())
                .setGeneration(alias.generation())
                .setCreatedAt(timestamp(alias.createdAt()));
        alias.targets()
                .forEach(target -> message.addTargets(dev.lorikeet.proto.adapter.v1.AliasTarget.newBuilder()
                        .setVersion(target.version())
                        .setWeight(target.weight())));
        return message.build();
    }

    /** An alias; {@link IllegalArgumentException} if its name is none. */
    public static Alias alias(dev.lorikeet.proto.adapter.v1.Alias message) {
        return new Alias(
                new AliasName(message.getName()),
                message.getGeneration(),
                message.getTargetsList().stream()
                        .map(target -> new AliasTarget(target.getVersion(), target.getWeight()))
                        .toList(),
                instant(message.getCreatedAt()));
    }

    private static dev.lorikeet.proto.adapter.v1.BaseModelRef baseModel(BaseModelRef baseModel) {
        return dev.lorikeet.proto.adapter.v1.BaseModelRef.newBuilder()
                .setName(baseModel.name())
                .setDigest(baseModel.digest())
                .build();
    }

    private static BaseModelRef baseModel(dev.lorikeet.proto.adapter.v1.BaseModelRef message) {
        return new BaseModelRef(message.getName(), message.getDigest());
    }

    private static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }

    private static Instant instant(Timestamp message) {
        return Instant.ofEpochSecond(message.getSeconds(), message.getNanos());
    }
}
