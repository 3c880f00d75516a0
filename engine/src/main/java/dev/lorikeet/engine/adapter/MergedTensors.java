package dev.lorikeet.engine.adapter;

import dev.lorikeet.engine.model.Group;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.weights.DType;
import dev.lorikeet.engine.weights.TensorInfo;
import dev.lorikeet.engine.weights.TensorStore;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A model's tensors with an adapter merged in: W + scaling B A, in float32, computed when asked for. A tied head that is
 * adapted appears as a matrix of its own. Belongs to the store that it reads; closing it closes that.
 */
public final class MergedTensors implements TensorStore {
    private static final String WEIGHT = ".weight";
    private final TensorStore base;
    private final String embedding;
    private final String head;
    private final Map<String, TensorInfo> infos = new LinkedHashMap<>();
    private final Map<String, LoraFactors> merged = new LinkedHashMap<>();

    public MergedTensors(TensorStore base, ModelConfig model, StoredAdapter adapter) {
        this.base = base;
        this.embedding = model.blueprint().embedding() + WEIGHT;
        this.head = model.blueprint().modules(Group.HEAD).getFirst() + WEIGHT;
        base.tensors().forEach(info -> infos.put(info.name(), info));
        for (LoraFactors factor : adapter.factors()) {
            String name = factor.target().module().path() + WEIGHT;
            infos.put(
                    name,
                    new TensorInfo(name, DType.F32, base.info(source(name)).shape()));
            merged.put(name, factor);
        }
    }

    private String source(String name) {
        return name.equals(head) && !base.has(head) ? embedding : name;
    }

    @Override
    public Collection<TensorInfo> tensors() {
        return infos.values();
    }

    @Override
    public boolean has(String name) {
        return infos.containsKey(name);
    }

    @Override
    public TensorInfo info(String name) {
        TensorInfo info = infos.get(name);
        return info == null ? base.info(name) : info;
    }

    @Override
    public MemorySegment bytes(String name) {
        LoraFactors factor = merged.get(name);
        if (factor == null) {
            return base.bytes(name);
        }
        float[] weights = base.floats(source(name));
        add(weights, factor);
        ByteBuffer buffer =
                ByteBuffer.allocateDirect(Math.multiplyExact(weights.length, 4)).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asFloatBuffer().put(weights);
        return MemorySegment.ofBuffer(buffer);
    }

    private static void add(float[] weights, LoraFactors factor) {
        int inputs = factor.target().module().inputs();
        int rank = factor.target().rank();
        float scaling = (float) factor.target().scaling();
        for (int row = 0; row < weights.length / inputs; row++) {
            for (int r = 0; r < rank; r++) {
                float strength = scaling * factor.b()[row * rank + r];
                for (int column = 0; column < inputs; column++) {
                    weights[row * inputs + column] += strength * factor.a()[r * inputs + column];
                }
            }
        }
    }

    @Override
    public void close() {
        base.close();
    }
}
