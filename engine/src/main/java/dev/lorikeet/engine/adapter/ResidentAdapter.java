package dev.lorikeet.engine.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.Group;
import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.model.ModelConfig;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * An adapter's factors on a base model's device, in float32, the scaling folded into B. Immutable; any number of
 * decoders of that model may use it until it is closed.
 *
 * <p>Factors are laid out as an {@link AdapterBank} holds them, padded with zeros to the adapter's largest rank: A by
 * modules that read the same input, B transposed.
 */
public final class ResidentAdapter implements AutoCloseable {
    private final BaseModel model;
    private final NDManager manager;
    private final Bank bank;
    private final Effects effects;
    private final List<NDArray> classifier;
    private final List<NDArray> patchEmbedding;
    private final List<String> labels;
    private final @Nullable SpecialPart special;
    private final long bytes;
    private volatile boolean closed;

    /**
     * What a bank holds of an adapter.
     *
     * @param width ranks that it takes there, 0 if it has no update
     * @param entries for each entry of a bank the position of its factor, or -1
     * @param arrays the factors
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    private record Bank(int width, int[] entries, List<NDArray> arrays) {}

    private ResidentAdapter(BaseModel model, NDManager manager, Bank bank, Effects effects, StoredAdapter adapter) {
        this.model = model;
        this.manager = manager;
        this.bank = bank;
        this.effects = effects;
        this.classifier = List.copyOf(classifier(model, manager, effects));
        this.patchEmbedding = patchEmbedding(model, manager, effects.vision());
        // Pictures are the decoder's own matter.
        boolean banked = effects.lowRankOnly()
                || (effects.vision() != null && effects.withFront(null).lowRankOnly());
        this.special = banked ? null : SpecialPart.of(effects, model, manager);
        this.labels = adapter.config().labels();
        this.bytes = adapter.bytes();
    }

    /**
     * Brings an adapter to the device.
     *
     * @throws IllegalArgumentException if it is not of this model's shape, a factor with its scaling does not fit the
     *     model's precision, or its kind cannot be served
     */
    public static ResidentAdapter attach(BaseModel model, StoredAdapter adapter) {
        ModelConfig config = model.config();
        Effects effects = adapter.effects(config, model::floats);
        SpecialTables.require(effects, config);
        int width = effects.linear().values().stream()
                .map(ResidentAdapter::banked)
                .filter(Objects::nonNull)
                .mapToInt(LowRank::rank)
                .max()
                .orElse(0);
        List<LinearModule> modules = LinearModule.of(config);
        @Nullable LowRank[] byModule = new @Nullable LowRank[modules.size()];
        effects.linear().forEach((module, effect) -> {
            int index = modules.indexOf(module);
            if (index < 0) {
                throw new IllegalArgumentException("the base model has no module " + module);
            }
            byModule[index] = banked(effect);
        });
        NDManager manager = model.newManager();
        try {
            int[] entries = new int[AdapterBank.entries(config)];
            Arrays.fill(entries, -1);
            List<NDArray> arrays = new ArrayList<>();
            try (NDManager scope = manager.newSubManager()) {
                int module = 0;
                for (int at = 0; at < AdapterBank.firstB(config); at++) {
                    int count = config.blueprint().count(group(at, config));
                    float[] a = stackedA(byModule, modules, module, count, width);
                    module += count;
                    if (a.length > 0) {
                        entries[at] = arrays.size();
                        arrays.add(array(scope, a, new Shape(width, count, a.length / width / count)));
                    }
                }
                for (module = 0; module < byModule.length; module++) {
                    LowRank update = byModule[module];
                    if (update != null) {
                        entries[AdapterBank.firstB(config) + module] = arrays.size();
                        int outputs = modules.get(module).outputs();
                        arrays.add(array(scope, transposedB(update, outputs, width), new Shape(width, outputs)));
                    }
                }
                List<NDArray> copies = arrays.isEmpty() ? List.of() : model.copies(manager, arrays);
                return new ResidentAdapter(model, manager, new Bank(width, entries, copies), effects, adapter);
            }
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** Of each tensor of the model's classifier the adapter's own or the base's; empty if the adapter has none. */
    private static List<NDArray> classifier(BaseModel model, NDManager manager, Effects effects) {
        List<String> names = model.config().blueprint().classifier();
        List<NDArray> classifier = new ArrayList<>();
        if (names.stream().noneMatch(effects.replaced()::containsKey)) {
            return classifier;
        }
        try (NDManager scope = manager.newSubManager()) {
            for (String name : names) {
                float[] own = effects.replaced().get(name);
                if (own == null) {
                    classifier.add(model.weight(name));
                    continue;
                }
                int hidden = model.config().hiddenSize();
                // Labels of its own, maybe, but always over the model's hidden size.
                Shape shape = name.endsWith(".bias") ? new Shape(own.length) : new Shape(own.length / hidden, hidden);
                classifier.addAll(model.copies(manager, List.of(array(scope, own, shape))));
            }
        }
        return classifier;
    }

    /** What makes tokens of a picture's patches: weight (hidden, values), bias (hidden), places (patches, hidden). */
    private static List<NDArray> patchEmbedding(BaseModel model, NDManager manager, Effects.@Nullable Vision vision) {
        if (vision == null) {
            return List.of();
        }
        int hidden = model.config().hiddenSize();
        try (NDManager scope = manager.newSubManager()) {
            return model.copies(
                    manager,
                    List.of(
                            array(
                                    scope,
                                    vision.weight(),
                                    new Shape(hidden, vision.grid().values())),
                            array(scope, vision.bias(), new Shape(hidden)),
                            array(
                                    scope,
                                    vision.places(),
                                    new Shape(vision.grid().patches(), hidden))));
        }
    }

    /** The update that a bank computes: one that does not depend on the token. */
    private static @Nullable LowRank banked(LinearEffect effect) {
        return effect.routing() == null ? effect.lowRank() : null;
    }

    /** The group of a bank's entry. */
    private static Group group(int entry, ModelConfig config) {
        int groups = Group.OF_A_LAYER.size();
        return entry == groups * config.layers() ? Group.HEAD : Group.OF_A_LAYER.get(entry % groups);
    }

    /** (width, modules of the group, in) of modules that stand together, or empty if none of them is adapted. */
    private static float[] stackedA(
            @Nullable LowRank[] byModule, List<LinearModule> modules, int first, int count, int width) {
        float[] stacked = new float[0];
        for (int i = 0; i < count; i++) {
            LowRank update = byModule[first + i];
            if (update == null) {
                continue;
            }
            int inputs = modules.get(first + i).inputs();
            if (stacked.length == 0) {
                stacked = new float[Math.multiplyExact(width * count, inputs)];
            }
            for (int row = 0; row < update.rank(); row++) {
                System.arraycopy(update.a(), row * inputs, stacked, (row * count + i) * inputs, inputs);
            }
        }
        return stacked;
    }

    /** (width, out). */
    private static float[] transposedB(LowRank update, int outputs, int width) {
        float[] transposed = new float[Math.multiplyExact(width, outputs)];
        for (int row = 0; row < outputs; row++) {
            for (int column = 0; column < update.rank(); column++) {
                transposed[column * outputs + row] = update.b()[row * update.rank() + column];
            }
        }
        return transposed;
    }

    static NDArray array(NDManager scope, float[] values, Shape shape) {
        ByteBuffer buffer =
                ByteBuffer.allocateDirect(Math.multiplyExact(values.length, 4)).order(ByteOrder.nativeOrder());
        buffer.asFloatBuffer().put(values);
        return scope.create(buffer, shape, ai.djl.ndarray.types.DataType.FLOAT32);
    }

    /** The model that it was attached to. */
    public BaseModel model() {
        return model;
    }

    /** Ranks that it takes in a bank: its largest. */
    public int width() {
        return bank.width();
    }

    /** Virtual tokens, or patches of a picture, that stand before a text, with logits of their own. */
    public int virtualTokens() {
        return effects.front() == null || effects.prefix() != null
                ? 0
                : effects.front().tokens();
    }

    /** Keys and values that stand before a text, or null. */
    public Effects.@Nullable Prefix prefix() {
        return effects.prefix();
    }

    /** How the picture that stands before every text is read, or null. */
    public Effects.@Nullable Vision vision() {
        return effects.vision();
    }

    /**
     * What makes tokens of a picture's patches: weight (hidden, values of a patch), bias (hidden), places (patches,
     * hidden), float32; empty of an adapter that reads none.
     */
    public List<NDArray> patchEmbedding() {
        return patchEmbedding;
    }

    /** Positions of the context that it takes before a text. */
    public int positionsBefore() {
        return effects.front() == null ? 0 : effects.front().tokens();
    }

    /** An encoder's classifier as {@link BaseModel#classifier}, if the adapter changes it; else empty. */
    public List<NDArray> classifier() {
        return classifier;
    }

    /**
     * Names of its classes by number; of a classifier that names none {@code LABEL_0}, {@code LABEL_1}, ... as
     * transformers does. Empty where the base's hold: it brings no classifier, or one of the base's shape without names.
     */
    public List<String> labels() {
        List<String> names = model.config().blueprint().classifier();
        float[] out = names.isEmpty() ? null : effects.replaced().get(names.getLast());
        if (!labels.isEmpty()
                || out == null
                || out.length == model.config().labels().size()) {
            return labels;
        }
        return IntStream.range(0, out.length).mapToObj(i -> "LABEL_" + i).toList();
    }

    /** What it does besides what a bank computes, or null. */
    @Nullable SpecialPart special() {
        return special;
    }

    /** Whether its arrays are gone. */
    boolean closed() {
        return closed;
    }

    /** Bytes of its numbers as float32. */
    public long bytes() {
        return bytes;
    }

    /** For each entry of a bank (bank.py: a's, then b's) the position of its factor, or -1. */
    int[] entries() {
        return bank.entries().clone();
    }

    List<NDArray> arrays() {
        if (closed) {
            throw new IllegalStateException("the adapter is closed");
        }
        return bank.arrays();
    }

    /** Frees its factors; a decoder that still runs a sequence with it keeps its own copy until that is closed. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            manager.close();
        }
    }
}
