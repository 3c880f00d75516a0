package dev.lorikeet.engine.adapter;

import dev.lorikeet.engine.model.Group;
import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.weights.DType;
import dev.lorikeet.engine.weights.TensorInfo;
import dev.lorikeet.engine.weights.TensorStore;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A model's tensors with an adapter merged in, in float32, computed when asked for. A tied head that parts from the
 * embedding appears as a matrix of its own. Belongs to the store that it reads; closing it closes that.
 */
public final class MergedTensors implements TensorStore {
    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";

    private final TensorStore base;
    private final String embedding;
    private final String head;
    private final Map<String, TensorInfo> infos = new LinkedHashMap<>();
    /** How the values of a tensor change. */
    private final Map<String, UnaryOperator<float[]>> changes = new LinkedHashMap<>();

    private final Map<String, float[]> looked = new HashMap<>();

    /**
     * Merges. How pictures become tokens is no weight of the model: it is left out, and goes on as an adapter.
     *
     * @throws IllegalArgumentException if the adapter cannot be merged into weights
     */
    public MergedTensors(TensorStore base, ModelConfig model, StoredAdapter adapter) {
        this.base = base;
        this.embedding = model.blueprint().embedding() + WEIGHT;
        List<String> heads = model.blueprint().modules(Group.HEAD);
        this.head = heads.isEmpty() ? "" : heads.getFirst() + WEIGHT;
        base.tensors().forEach(info -> infos.put(info.name(), info));
        Effects effects = adapter.effects(model, this::original);
        if (effects.prompt() != null
                || effects.prefix() != null
                || !effects.bottlenecks().isEmpty()) {
            throw new IllegalArgumentException("an adapter of kind "
                    + adapter.config().kind() + " is not a change of weights: it cannot be merged");
        }
        effects.linear().forEach(this::merge);
        if (effects.embedding() != null) {
            merge(effects.embedding(), model);
        }
        effects.replaced().forEach((name, values) -> {
            if (!base.has(name) || base.info(name).elements() != values.length) {
                throw new IllegalArgumentException("an own " + name + " of " + values.length
                        + " elements cannot be merged: the base model has none of its size");
            }
            change(name, old -> values.clone());
        });
    }

    private void merge(LinearModule module, LinearEffect effect) {
        if (effect.routing() != null) {
            throw new IllegalArgumentException(
                    module.path() + " has an update that depends on the token: it cannot be merged");
        }
        String bias = module.path() + BIAS;
        boolean biased = base.has(bias);
        float[] added = effect.outputBias();
        if (added != null && !biased) {
            throw new IllegalArgumentException(
                    module.path() + " has no bias in the base model that its own could be merged into");
        }
        change(module.path() + WEIGHT, old -> merged(old, module, effect));
        if (biased && (added != null || effect.outputScale() != null)) {
            change(bias, old -> {
                for (int i = 0; i < old.length; i++) {
                    old[i] = old[i] * factor(effect.outputScale(), i) + (added == null ? 0 : added[i]);
                }
                return old;
            });
        }
    }

    private static float[] merged(float[] old, LinearModule module, LinearEffect effect) {
        float[] weights = effect.weight() == null ? old : effect.weight().clone();
        int inputs = module.inputs();
        for (int row = 0; row < module.outputs(); row++) {
            float scale = factor(effect.outputScale(), row);
            for (int column = 0; column < inputs; column++) {
                weights[row * inputs + column] *= scale * factor(effect.inputScale(), column);
            }
        }
        if (effect.lowRank() != null) {
            effect.lowRank().addTo(weights);
        }
        return weights;
    }

    private static float factor(float @Nullable [] scales, int index) {
        return scales == null ? 1 : scales[index];
    }

    private void merge(Effects.EmbeddingEffect effect, ModelConfig model) {
        int hidden = model.hiddenSize();
        if (effect instanceof Effects.EmbeddingEffect.Rows(int[] tokens, float[] rows, boolean both) && both) {
            change(head, old -> withRows(old, tokens, rows, hidden));
        }
        if (model.tiedHead() && !changes.containsKey(head)) {
            // The head stays the base's, as in PEFT.
            change(head, old -> old);
        }
        change(embedding, old -> switch (effect) {
            case Effects.EmbeddingEffect.Whole(float[] weight) -> weight.clone();
            case Effects.EmbeddingEffect.Rows(int[] tokens, float[] rows, boolean both) ->
                withRows(old, tokens, rows, hidden);
            case Effects.EmbeddingEffect.Added(LowRank update) -> {
                int vocabulary = old.length / hidden;
                for (int token = 0; token < vocabulary; token++) {
                    for (int column = 0; column < hidden; column++) {
                        float sum = 0;
                        for (int r = 0; r < update.rank(); r++) {
                            sum += update.b()[column * update.rank() + r] * update.a()[r * vocabulary + token];
                        }
                        old[token * hidden + column] += sum;
                    }
                }
                yield old;
            }
        });
    }

    private static float[] withRows(float[] matrix, int[] tokens, float[] rows, int hidden) {
        for (int i = 0; i < tokens.length; i++) {
            System.arraycopy(rows, i * hidden, matrix, tokens[i] * hidden, hidden);
        }
        return matrix;
    }

    private void change(String name, UnaryOperator<float[]> change) {
        infos.put(name, new TensorInfo(name, DType.F32, base.info(source(name)).shape()));
        changes.merge(name, change, (first, second) -> old -> second.apply(first.apply(old)));
    }

    private String source(String name) {
        return name.equals(head) && !base.has(head) ? embedding : name;
    }

    private float[] original(String name) {
        return base.floats(source(name));
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
        UnaryOperator<float[]> change = changes.get(name);
        if (change == null) {
            return base.bytes(name);
        }
        float[] weights = change.apply(original(name));
        ByteBuffer buffer =
                ByteBuffer.allocateDirect(Math.multiplyExact(weights.length, 4)).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asFloatBuffer().put(weights);
        return MemorySegment.ofBuffer(buffer);
    }

    /** A changed embedding is computed once: its rows are asked for again and again. */
    @Override
    public synchronized float[] row(String name, int row) {
        if (!changes.containsKey(name)) {
            return base.row(name, row);
        }
        float[] whole = looked.computeIfAbsent(name, this::floats);
        int width = Math.toIntExact(info(name).shape().getLast());
        return Arrays.copyOfRange(whole, row * width, (row + 1) * width);
    }

    @Override
    public void close() {
        base.close();
    }
}
