package dev.lorikeet.engine.conformance;

import dev.lorikeet.engine.weights.MalformedFileException;
import dev.lorikeet.engine.weights.SafetensorsFile;
import dev.lorikeet.engine.weights.TensorStore;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A case's {@code expected.safetensors}.
 *
 * @param inputs token ids, a row each, all of one length
 * @param logits (rows, length, vocabulary) in C order
 * @param mergedLogits the same of the merged adapter, where given
 * @param greedy ids of the first row continued greedily, or empty
 * @param loss mean cross-entropy of the next tokens, the first five columns unlabelled, where given
 */
@SuppressWarnings("ArrayRecordComponent") // Read once, compared once.
record Expected(
        List<int[]> inputs, float[] logits, Optional<float[]> mergedLogits, int[] greedy, Optional<Float> loss) {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    static Expected read(Path folder) throws IOException {
        Path file = folder.resolve("expected.safetensors");
        try (TensorStore store = SafetensorsFile.open(file)) {
            for (String name : List.of("input_ids", "logits")) {
                if (!store.has(name)) {
                    throw new MalformedFileException(file, "tensor " + name + " is missing");
                }
            }
            return new Expected(
                    rows(store, "input_ids"),
                    store.floats("logits"),
                    store.has("merged_logits") ? Optional.of(store.floats("merged_logits")) : Optional.empty(),
                    store.has("greedy_from_8") ? rows(store, "greedy_from_8").getFirst() : new int[0],
                    store.has("loss_masking_first_5")
                            ? Optional.of(store.floats("loss_masking_first_5")[0])
                            : Optional.empty());
        }
    }

    private static List<int[]> rows(TensorStore store, String name) {
        List<Long> shape = store.info(name).shape();
        int width = Math.toIntExact(shape.getLast());
        long rows = store.info(name).elements() / width;
        MemorySegment bytes = store.bytes(name);
        List<int[]> all = new ArrayList<>();
        for (long row = 0; row < rows; row++) {
            int[] ids = new int[width];
            for (int i = 0; i < width; i++) {
                ids[i] = Math.toIntExact(bytes.get(LONG, Long.BYTES * (row * width + i)));
            }
            all.add(ids);
        }
        return all;
    }
}
