package dev.lorikeet.engine.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.IntStream;

/**
 * A GGUF file of version 2 or 3, mapped into memory, its tensors under Hugging Face names and in Hugging Face's order of
 * rows. Plain tensors keep their type; quantised ones are shown as float32 and computed on demand, on all cores.
 */
public final class GgufFile extends MappedTensors<GgufHeader.Tensor> {
    /** Llama 3's rope divisors: configuration in the guise of a tensor. */
    private static final String ROPE_DIVISORS = "rope_freqs.weight";
    /** Elements dequantised as one task: enough to outweigh its dispatch. */
    private static final int TASK_ELEMENTS = 1 << 16;

    private final MemorySegment file;
    private final GgufMetadata metadata;

    private GgufFile(Path path, Arena arena, MemorySegment file, GgufHeader header) throws MalformedFileException {
        super(path, arena, byName(path, header));
        this.file = file;
        this.metadata = header.metadata();
        for (var tensor : header.tensors()) {
            checkHeads(tensor);
        }
    }

    private static SequencedMap<String, GgufHeader.Tensor> byName(Path path, GgufHeader header)
            throws MalformedFileException {
        var byName = new LinkedHashMap<String, GgufHeader.Tensor>();
        var architecture = header.metadata().text("general.architecture", "");
        for (var tensor : header.tensors()) {
            // A tensor without a Hugging Face name keeps its own: whoever needs it knows it by that.
            var name = GgufNames.huggingFace(architecture, tensor.name()).orElse(tensor.name());
            if (byName.put(name, tensor) != null) {
                throw new MalformedFileException(path, "two tensors would be called " + name);
            }
        }
        return byName;
    }

    @Override
    TensorInfo describe(String name, GgufHeader.Tensor tensor) {
        return new TensorInfo(name, tensor.type().shownAs(), tensor.shape());
    }

    /**
     * Maps a file.
     *
     * @throws MalformedFileException if it is not a GGUF file of version 2 or 3, its header does not agree with its
     *     length, or a tensor is stored in a way that is not read here
     * @throws IOException if it cannot be read
     */
    @SuppressWarnings("MustBeClosedChecker") // the store closes it
    public static GgufFile open(Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            var arena = Arena.ofShared();
            try {
                var mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
                return new GgufFile(path, arena, mapped, GgufHeader.parse(path, mapped));
            } catch (IOException | RuntimeException e) {
                arena.close();
                throw e;
            }
        }
    }

    public GgufMetadata metadata() {
        return metadata;
    }

    /** How a tensor is stored, by its Hugging Face name. */
    public GgufType storedAs(String name) {
        return place(name).type();
    }

    /** The rope divisors, one for each frequency, or empty if the file has none. */
    public List<Float> ropeDivisors() {
        if (!has(ROPE_DIVISORS)) {
            return List.of();
        }
        var divisors = floats(ROPE_DIVISORS);
        return IntStream.range(0, divisors.length).mapToObj(i -> divisors[i]).toList();
    }

    @Override
    public MemorySegment bytes(String name) {
        var tensor = place(name);
        var stored = file.asSlice(tensor.begin(), tensor.bytes());
        int heads = reorderedHeads(tensor);
        if (tensor.type().plain() && heads == 0) {
            return stored;
        }
        return heads == 0 ? dequantised(tensor, stored) : reordered(tensor, stored, heads);
    }

    @Override
    public float[] row(String name, int row) {
        var tensor = place(name);
        var type = tensor.type();
        if (type.plain() || reorderedHeads(tensor) > 0 || tensor.shape().size() != 2) {
            return super.row(name, row);
        }
        if (row < 0 || row >= tensor.shape().getFirst()) {
            throw new IllegalArgumentException("tensor " + name + " has no row " + row + ": " + tensor.shape());
        }
        int blocks = Math.toIntExact(tensor.rowElements() / type.blockElements());
        var quantised = new byte[blocks * type.blockBytes()];
        var values = new float[blocks * type.blockElements()];
        long from = tensor.begin() + (long) row * quantised.length;
        MemorySegment.copy(file, ValueLayout.JAVA_BYTE, from, quantised, 0, quantised.length);
        Dequantiser.dequantise(type, quantised, blocks, values);
        return values;
    }

    private static MemorySegment dequantised(GgufHeader.Tensor tensor, MemorySegment stored) {
        var type = tensor.type();
        long blocks = tensor.bytes() / type.blockBytes();
        var target = Arena.ofAuto().allocate(blocks * type.blockElements() * 4, 64);
        int taskBlocks = TASK_ELEMENTS / type.blockElements();
        int tasks = Math.toIntExact((blocks + taskBlocks - 1) / taskBlocks);
        IntStream.range(0, tasks).parallel().forEach(task -> {
            long from = (long) task * taskBlocks;
            int count = (int) Math.min(taskBlocks, blocks - from);
            dequantise(type, stored, from, count, target, from * type.blockElements());
        });
        return target.asReadOnly();
    }

    private static void dequantise(
            GgufType type, MemorySegment stored, long fromBlock, int blocks, MemorySegment target, long toElement) {
        var quantised = new byte[blocks * type.blockBytes()];
        var values = new float[blocks * type.blockElements()];
        MemorySegment.copy(
                stored, ValueLayout.JAVA_BYTE, fromBlock * type.blockBytes(), quantised, 0, quantised.length);
        Dequantiser.dequantise(type, quantised, blocks, values);
        MemorySegment.copy(values, 0, target, Floats.FLOAT, toElement * 4, values.length);
    }

    /**
     * llama.cpp interleaves the two halves of each head's rows, since it rotates neighbours; Hugging Face rotates row i
     * with row i + half. So row (head, half j, i) is found at (head, 2 i + j).
     */
    private MemorySegment reordered(GgufHeader.Tensor tensor, MemorySegment stored, int heads) {
        int rows = Math.toIntExact(tensor.shape().getFirst());
        long rowElements = tensor.shape().size() == 1 ? 1 : tensor.rowElements();
        var type = tensor.type();
        long storedRow = rowElements / type.blockElements() * type.blockBytes();
        int headRows = rows / heads;
        var target = Arena.ofAuto().allocate(rows * rowElements * type.shownAs().bytes(), 64);
        IntStream.range(0, rows).parallel().forEach(row -> {
            int within = row % headRows;
            int source = row - within + 2 * (within % (headRows / 2)) + within / (headRows / 2);
            if (type.plain()) {
                MemorySegment.copy(stored, source * storedRow, target, row * storedRow, storedRow);
            } else {
                int blocks = Math.toIntExact(rowElements / type.blockElements());
                dequantise(type, stored, (long) source * blocks, blocks, target, row * rowElements);
            }
        });
        return target.asReadOnly();
    }

    /** Heads within which a tensor's rows are reordered, 0 if they are not. Only the llama architecture does it. */
    private int reorderedHeads(GgufHeader.Tensor tensor) {
        try {
            if (!metadata.text("general.architecture", "").equals("llama")) {
                return 0;
            }
            int heads = metadata.integer("llama.attention.head_count", 0);
            if (GgufNames.queryRows(tensor.name())) {
                return heads;
            }
            return GgufNames.keyRows(tensor.name()) ? metadata.integer("llama.attention.head_count_kv", heads) : 0;
        } catch (MalformedFileException e) {
            throw new IllegalStateException("checked when the file was opened", e);
        }
    }

    private void checkHeads(GgufHeader.Tensor tensor) throws MalformedFileException {
        metadata.integer("llama.attention.head_count", 0);
        metadata.integer("llama.attention.head_count_kv", 0);
        int heads = reorderedHeads(tensor);
        boolean divided = heads > 0
                && !tensor.shape().isEmpty()
                && tensor.shape().size() <= 2
                && tensor.shape().getFirst() % (2L * heads) == 0
                && tensor.shape().getFirst() <= Integer.MAX_VALUE
                && (tensor.shape().size() == 2 || tensor.type().plain());
        if (heads < 0 || (heads > 0 && !divided)) {
            throw new MalformedFileException(
                    path(),
                    "tensor " + tensor.name() + " of shape " + tensor.shape() + " does not fit " + heads + " heads");
        }
    }
}
