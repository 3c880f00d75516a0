package dev.lorikeet.engine.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/** One safetensors file, mapped into memory. The header is checked whole before anything is read. */
public final class SafetensorsFile extends MappedTensors<SafetensorsHeader.Entry> {
    private final MemorySegment data;
    private final Map<String, String> metadata;

    private SafetensorsFile(Path path, Arena arena, MemorySegment data, SafetensorsHeader header) {
        super(path, arena, byName(header));
        this.data = data;
        this.metadata = header.metadata();
    }

    private static SequencedMap<String, SafetensorsHeader.Entry> byName(SafetensorsHeader header) {
        var entries = new LinkedHashMap<String, SafetensorsHeader.Entry>();
        header.entries().forEach(entry -> entries.put(entry.info().name(), entry));
        return entries;
    }

    @Override
    TensorInfo describe(String name, SafetensorsHeader.Entry entry) {
        return entry.info();
    }

    /**
     * Maps a file.
     *
     * @throws MalformedFileException if its header is truncated, not valid, or does not agree with the file's length
     * @throws IOException if it cannot be read
     */
    @SuppressWarnings("MustBeClosedChecker") // the store closes it
    public static SafetensorsFile open(Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size < 8) {
                throw new MalformedFileException(path, "it has " + size + " bytes, too few for a safetensors header");
            }
            var length = readFully(path, channel, 0, 8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .getLong();
            if (length < 2 || length > SafetensorsHeader.LARGEST) {
                throw new MalformedFileException(
                        path, "its header claims " + Long.toUnsignedString(length) + " bytes: not a safetensors file");
            }
            if (length > size - 8) {
                throw new MalformedFileException(
                        path, "its header claims " + length + " bytes but only " + (size - 8) + " follow (truncated?)");
            }
            var json = readFully(path, channel, 8, (int) length);
            var header = SafetensorsHeader.parse(path, json, size - 8 - length);
            var arena = Arena.ofShared();
            try {
                var mapped = channel.map(FileChannel.MapMode.READ_ONLY, 8 + length, size - 8 - length, arena);
                return new SafetensorsFile(path, arena, mapped, header);
            } catch (IOException | RuntimeException e) {
                arena.close();
                throw e;
            }
        }
    }

    private static ByteBuffer readFully(Path path, FileChannel channel, long position, int length) throws IOException {
        var buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new MalformedFileException(path, "it ended while its header was read");
            }
        }
        return buffer.flip();
    }

    /** The header's {@code __metadata__}. */
    public Map<String, String> metadata() {
        return metadata;
    }

    @Override
    public MemorySegment bytes(String name) {
        var entry = place(name);
        return data.asSlice(entry.begin(), entry.end() - entry.begin());
    }
}
