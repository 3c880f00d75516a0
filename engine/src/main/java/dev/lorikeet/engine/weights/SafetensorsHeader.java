package dev.lorikeet.engine.weights;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The JSON header of a safetensors file, checked: every type known, every range inside the data and exactly as long as
 * its shape says, no two ranges overlapping, no gap between them.
 *
 * <p>Source: the format's description at huggingface/safetensors.
 *
 * @param entries tensors with their ranges, in the order of their data
 * @param metadata the {@code __metadata__} strings
 */
record SafetensorsHeader(List<Entry> entries, Map<String, String> metadata) {
    /** The format's own limit for the JSON text. */
    static final long LARGEST = 100_000_000;

    static final JsonMapper MAPPER = JsonMapper.builder(com.fasterxml.jackson.core.JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(16)
                            .maxStringLength(10_000_000)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonParser.Feature.AUTO_CLOSE_SOURCE)
            .build();

    /** A tensor and its bytes [begin, end) counted from the end of the header. */
    record Entry(TensorInfo info, long begin, long end) {}

    SafetensorsHeader {
        entries = List.copyOf(entries);
        metadata = Map.copyOf(metadata);
    }

    static SafetensorsHeader parse(Path file, ByteBuffer json, long dataBytes) throws MalformedFileException {
        JsonNode root;
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(json).toString();
            if (!text.startsWith("{")) {
                throw new MalformedFileException(file, "the header does not begin with '{'");
            }
            root = MAPPER.readTree(text);
        } catch (CharacterCodingException e) {
            throw new MalformedFileException(file, "the header is not UTF-8", e);
        } catch (MalformedFileException e) {
            throw e;
        } catch (IOException e) {
            throw new MalformedFileException(file, "the header is not valid JSON: " + firstLine(e), e);
        }
        if (root == null || !root.isObject()) {
            throw new MalformedFileException(file, "the header is not a JSON object");
        }
        var metadata = new LinkedHashMap<String, String>();
        var entries = new ArrayList<Entry>();
        for (var field : root.properties()) {
            if (field.getKey().equals("__metadata__")) {
                readMetadata(file, field.getValue(), metadata);
            } else {
                entries.add(readEntry(file, field.getKey(), field.getValue(), dataBytes));
            }
        }
        entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        long covered = 0;
        for (var entry : entries) {
            if (entry.begin() != covered) {
                throw new MalformedFileException(
                        file,
                        "tensor " + entry.info().name() + " begins at byte " + entry.begin() + " where byte " + covered
                                + (entry.begin() < covered ? " is already taken by another tensor" : " was expected"));
            }
            covered = entry.end();
        }
        if (covered != dataBytes) {
            throw new MalformedFileException(
                    file, "the tensors cover " + covered + " bytes but the file holds " + dataBytes + " bytes of data");
        }
        return new SafetensorsHeader(entries, metadata);
    }

    private static void readMetadata(Path file, JsonNode node, Map<String, String> metadata)
            throws MalformedFileException {
        if (!node.isObject()) {
            throw new MalformedFileException(file, "__metadata__ is not an object");
        }
        for (var field : node.properties()) {
            if (!field.getValue().isTextual()) {
                throw new MalformedFileException(file, "__metadata__." + field.getKey() + " is not a string");
            }
            metadata.put(field.getKey(), field.getValue().textValue());
        }
    }

    private static Entry readEntry(Path file, String name, JsonNode node, long dataBytes)
            throws MalformedFileException {
        var dtypeNode = node.path("dtype");
        if (!dtypeNode.isTextual()) {
            throw new MalformedFileException(file, "tensor '" + name + "' has no dtype");
        }
        var dtype = DType.named(dtypeNode.textValue())
                .orElseThrow(() -> new MalformedFileException(
                        file, "tensor '" + name + "' has the unsupported dtype '" + dtypeNode.textValue() + "'"));
        var shape = longs(file, name, "shape", node.path("shape"));
        var offsets = longs(file, name, "data_offsets", node.path("data_offsets"));
        if (offsets.size() != 2) {
            throw new MalformedFileException(file, "tensor '" + name + "' needs two data_offsets");
        }
        TensorInfo info;
        try {
            info = new TensorInfo(name, dtype, shape);
        } catch (IllegalArgumentException e) {
            throw new MalformedFileException(file, String.valueOf(e.getMessage()), e);
        }
        long begin = offsets.get(0);
        long end = offsets.get(1);
        if (begin < 0 || end < begin || end > dataBytes) {
            throw new MalformedFileException(
                    file,
                    "tensor '" + name + "' claims bytes " + begin + " to " + end + " of " + dataBytes
                            + " (is the file truncated?)");
        }
        if (end - begin != info.byteSize()) {
            throw new MalformedFileException(
                    file,
                    "tensor '" + name + "' of type " + dtype + " and shape " + shape + " needs " + info.byteSize()
                            + " bytes but claims " + (end - begin));
        }
        return new Entry(info, begin, end);
    }

    private static List<Long> longs(Path file, String name, String field, JsonNode node) throws MalformedFileException {
        var values = new ArrayList<Long>();
        if (!node.isArray()) {
            throw new MalformedFileException(file, "tensor '" + name + "' has no " + field);
        }
        for (var value : node) {
            if (!value.isIntegralNumber() || !value.canConvertToLong()) {
                throw new MalformedFileException(
                        file, "tensor '" + name + "' has " + value + " in its " + field + ", not a whole number");
            }
            values.add(value.longValue());
        }
        return values;
    }

    static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
}
