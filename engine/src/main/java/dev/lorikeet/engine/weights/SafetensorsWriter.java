package dev.lorikeet.engine.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes safetensors files: the same tensors in the same order give the same bytes. */
public final class SafetensorsWriter {
    /** The header is padded so that the data is aligned to this. */
    private static final int ALIGNMENT = 8;

    private SafetensorsWriter() {}

    /**
     * Writes the tensors in the order given, beside the target and then renamed onto it, so that no reader ever sees
     * half a file.
     *
     * @param metadata the header's {@code __metadata__}; left out when empty
     * @throws IllegalArgumentException if two tensors have one name
     */
    public static void write(Path target, Collection<StoredTensor> tensors, Map<String, String> metadata)
            throws IOException {
        var header = header(tensors, metadata);
        var folder = target.toAbsolutePath().getParent();
        var partial = Files.createTempFile(folder, ".safetensors-", ".part");
        try {
            try (var channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
                writeFully(channel, header);
                for (var tensor : tensors) {
                    writeSegment(channel, tensor);
                }
                channel.force(true);
            }
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    private static ByteBuffer header(Collection<StoredTensor> tensors, Map<String, String> metadata)
            throws IOException {
        var root = new LinkedHashMap<String, Object>();
        if (!metadata.isEmpty()) {
            root.put("__metadata__", new TreeMap<>(metadata));
        }
        var names = new HashSet<String>();
        long begin = 0;
        for (var tensor : tensors) {
            var info = tensor.info();
            if (!names.add(info.name()) || info.name().equals("__metadata__")) {
                throw new IllegalArgumentException("tensor name used twice or reserved: " + info.name());
            }
            var entry = new LinkedHashMap<String, Object>();
            entry.put("dtype", info.dtype().name());
            entry.put("shape", info.shape());
            entry.put("data_offsets", List.of(begin, begin + info.byteSize()));
            root.put(info.name(), entry);
            begin += info.byteSize();
        }
        var json = SafetensorsHeader.MAPPER.writeValueAsString(root).getBytes(StandardCharsets.UTF_8);
        int padded = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        var buffer = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(padded).put(json);
        while (buffer.hasRemaining()) {
            buffer.put((byte) ' ');
        }
        return buffer.flip();
    }

    private static void writeSegment(FileChannel channel, StoredTensor tensor) throws IOException {
        long chunk = 1L << 30;
        for (long from = 0; from < tensor.bytes().byteSize(); from += chunk) {
            long length = Math.min(chunk, tensor.bytes().byteSize() - from);
            writeFully(channel, tensor.bytes().asSlice(from, length).asByteBuffer());
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }
}
