package dev.lorikeet.serving.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.lorikeet.proto.adapter.v1.AdapterEvent;
import dev.lorikeet.registry.adapter.AdapterState;
import dev.lorikeet.registry.proto.AdapterMessages;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;

/** How adapter events stand in the compacted topic: as protobuf JSON, keyed by {@code <tenant>/<adapter>}. */
final class AdapterEventLog {
    static final String TOPIC = "lorikeet.adapter.events";
    private static final String PROTOBUF = "application/x-protobuf";
    private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();
    private static final JsonFormat.Printer PRINTER = JsonFormat.printer().omittingInsignificantWhitespace();

    private AdapterEventLog() {}

    static ProducerRecord<byte[], byte[]> record(AdapterState state, InstantSource time) {
        try {
            return new ProducerRecord<>(
                    TOPIC,
                    (state.tenant() + "/" + state.adapter()).getBytes(StandardCharsets.UTF_8),
                    PRINTER.print(AdapterMessages.event(state, time.instant())).getBytes(StandardCharsets.UTF_8));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("an adapter event could not be written as JSON", e);
        }
    }

    /**
     * Reads a record's value.
     *
     * @param headers the record's, by name
     */
    static AdapterEvent read(Map<String, String> headers, byte[] value) throws InvalidProtocolBufferException {
        if (PROTOBUF.equals(headers.get("content-type"))) {
            return AdapterEvent.parseFrom(value);
        }
        AdapterEvent.Builder event = AdapterEvent.newBuilder();
        PARSER.merge(new String(value, StandardCharsets.UTF_8), event);
        return event.build();
    }
}
