package dev.lorikeet.registry.proto;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import dev.lorikeet.registry.adapter.Alias;
import dev.lorikeet.registry.adapter.Documents;
import dev.lorikeet.registry.adapter.Manifest;
import dev.lorikeet.registry.adapter.Version;
import java.nio.charset.StandardCharsets;

/** Documents as the JSON form of protobuf messages. Fields added by later versions are skipped when reading. */
public final class ProtobufDocuments implements Documents {
    private static final JsonFormat.Printer PRINTER = JsonFormat.printer();
    private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();

    @Override
    public byte[] write(Manifest manifest) {
        return json(AdapterMessages.manifest(manifest));
    }

    @Override
    public Manifest readManifest(byte[] document) {
        return AdapterMessages.manifest(parse(document, dev.lorikeet.proto.adapter.v1.Manifest.newBuilder())
                .build());
    }

    @Override
    public byte[] write(Version version) {
        return json(AdapterMessages.version(version));
    }

    @Override
    public byte[] writeTombstone(Version version) {
        return json(AdapterMessages.version(version).toBuilder().setDeleted(true));
    }

    @Override
    public Version readVersion(byte[] document) {
        return AdapterMessages.version(parse(document, dev.lorikeet.proto.adapter.v1.Version.newBuilder())
                .build());
    }

    @Override
    public byte[] write(Alias alias) {
        return json(AdapterMessages.alias(alias));
    }

    @Override
    public Alias readAlias(byte[] document) {
        return AdapterMessages.alias(parse(document, dev.lorikeet.proto.adapter.v1.Alias.newBuilder())
                .build());
    }

    private static byte[] json(MessageOrBuilder message) {
        try {
            return PRINTER.print(message).getBytes(StandardCharsets.UTF_8);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("A message of ours has no JSON form", e);
        }
    }

    private static <B extends Message.Builder> B parse(byte[] document, B builder) {
        try {
            PARSER.merge(new String(document, StandardCharsets.UTF_8), builder);
            return builder;
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("it cannot be read: " + e.getMessage(), e);
        }
    }
}
