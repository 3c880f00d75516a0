package dev.lorikeet.engine.decode;

import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.engine.weights.SafetensorsFile;
import dev.lorikeet.engine.weights.TensorStore;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads what the reference implementation computed (test resources, folder conformance). */
@SuppressWarnings("ArrayRecordComponent")
public record ReferenceCase(List<int[]> inputs, List<float[]> logits, int[] greedy) {
    public static Path folder(String name) {
        try {
            return Path.of(
                    ReferenceCase.class.getResource("/conformance/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    public static BaseModel model(String name) throws IOException {
        return BaseModel.load(folder("models/" + name), LoadOptions.reference(name));
    }

    public static ReferenceCase read(String name) throws IOException {
        try (TensorStore store = SafetensorsFile.open(folder(name).resolve("expected.safetensors"))) {
            List<int[]> inputs = rows(store, "input_ids");
            float[] all = store.floats("logits");
            int size = all.length / inputs.size();
            List<float[]> logits = new ArrayList<>();
            for (int i = 0; i < inputs.size(); i++) {
                logits.add(java.util.Arrays.copyOfRange(all, i * size, (i + 1) * size));
            }
            int[] greedy =
                    store.has("greedy_from_8") ? rows(store, "greedy_from_8").getFirst() : new int[0];
            return new ReferenceCase(inputs, logits, greedy);
        }
    }

    private static List<int[]> rows(TensorStore store, String name) {
        List<Long> shape = store.info(name).shape();
        MemorySegment bytes = store.bytes(name);
        List<int[]> rows = new ArrayList<>();
        int width = Math.toIntExact(shape.getLast());
        for (int row = 0; row < shape.getFirst(); row++) {
            int[] ids = new int[width];
            for (int i = 0; i < width; i++) {
                ids[i] = (int) bytes.get(ValueLayout.JAVA_LONG_UNALIGNED, 8L * (row * width + i));
            }
            rows.add(ids);
        }
        return rows;
    }

    public static float difference(float[] left, float[] right) {
        float largest = left.length == right.length ? 0 : Float.POSITIVE_INFINITY;
        for (int i = 0; i < Math.min(left.length, right.length); i++) {
            largest = Math.max(largest, Math.abs(left[i] - right[i]));
        }
        return largest;
    }
}
