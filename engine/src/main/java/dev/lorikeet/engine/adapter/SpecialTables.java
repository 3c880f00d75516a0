package dev.lorikeet.engine.adapter;

import dev.lorikeet.engine.model.Group;
import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.model.ModelConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What special.py reads of an adapter, which has number 1 here.
 *
 * @param inputs a table a site, (2, inputs) or empty: what leaves all as it is, then the adapter's
 * @param scales the same, (2, outputs)
 * @param biases the same
 * @param norms a table a norm's weight, then a table a norm's bias, (2, hidden) or empty; first the base's
 * @param matrices of its own; never empty
 * @param entries eight numbers each
 * @param starts where each site's entries begin, and the end
 * @param sites a flag each
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
record SpecialTables(
        List<float[]> inputs,
        List<float[]> scales,
        List<float[]> biases,
        List<float[]> norms,
        List<Matrix> matrices,
        long[] entries,
        long[] starts,
        long[] sites) {
    private static final long NUMBER = 1;
    private static final int GROUPS = Group.OF_A_LAYER.size();
    private static final int OWN_WEIGHT = 0;
    private static final int ROUTED = 1;
    private static final int BOTTLENECK = 2;
    private static final int EMBEDDING_UPDATE = 3;
    private static final int EMBEDDING_ROWS = 4;
    private static final int EMBEDDING_WHOLE = 5;
    private static final int PROMPT = 6;
    private static final int HEAD_ROWS = 7;

    /**
     * A matrix of one adapter.
     *
     * @param rows of it, or 1 of a vector
     * @param vector whether it has one axis
     */
    record Matrix(int rows, boolean vector, float[] values) {}

    /** The weights of a model's norms, in order: two a layer, the last; then their biases, which some models lack. */
    static List<String> norms(ModelConfig model) {
        List<String> names = new ArrayList<>(norms(model, ".weight"));
        names.addAll(norms(model, ".bias"));
        return names;
    }

    private static List<String> norms(ModelConfig model, String suffix) {
        List<String> names = new ArrayList<>();
        for (int layer = 0; layer < model.layers(); layer++) {
            String prefix = model.blueprint().layer(layer);
            names.add(prefix + model.blueprint().norms().attention() + suffix);
            names.add(prefix + model.blueprint().norms().feedForward() + suffix);
        }
        names.add(model.blueprint().norms().last() + suffix);
        return names;
    }

    static SpecialTables of(Effects effects, ModelConfig model, BaseWeights base) {
        return new Builder(effects, model).build(base);
    }

    private static final class Builder {
        private final Effects effects;
        private final ModelConfig model;
        private final List<List<LinearModule>> sites = new ArrayList<>();
        private final List<List<long[]>> entries = new ArrayList<>();
        private final List<Matrix> matrices = new ArrayList<>(List.of(new Matrix(1, true, new float[] {0})));

        Builder(Effects effects, ModelConfig model) {
            this.effects = effects;
            this.model = model;
            List<LinearModule> all = LinearModule.of(model);
            for (int layer = 0; layer < model.layers(); layer++) {
                for (Group group : Group.OF_A_LAYER) {
                    int own = layer;
                    sites.add(all.stream()
                            .filter(module -> module.layer() == own && module.group() == group)
                            .toList());
                }
            }
            sites.add(
                    all.stream().filter(module -> module.group() == Group.HEAD).toList());
            for (int site = 0; site < sites.size() + 1; site++) {
                entries.add(new ArrayList<>());
            }
        }

        SpecialTables build(BaseWeights base) {
            List<float[]> inputs = new ArrayList<>();
            List<float[]> scales = new ArrayList<>();
            List<float[]> biases = new ArrayList<>();
            for (List<LinearModule> modules : sites) {
                inputs.add(inputTable(modules));
                scales.add(outputTable(modules, LinearEffect::outputScale, 1));
                biases.add(outputTable(modules, LinearEffect::outputBias, 0));
            }
            matrices(base);
            long[] flags = new long[entries.size()];
            long[] starts = new long[entries.size() + 1];
            List<long[]> flat = new ArrayList<>();
            for (int site = 0; site < entries.size(); site++) {
                starts[site] = flat.size();
                flat.addAll(entries.get(site));
                boolean vectors = site < sites.size()
                        && (inputs.get(site).length > 0 || scales.get(site).length > 0 || biases.get(site).length > 0);
                flags[site] = vectors || !entries.get(site).isEmpty() ? 1 : 0;
            }
            starts[entries.size()] = flat.size();
            long[] numbers = flat.isEmpty()
                    ? new long[] {0}
                    : flat.stream().flatMapToLong(Arrays::stream).toArray();
            return new SpecialTables(inputs, scales, biases, norms(base), matrices, numbers, starts, flags);
        }

        private float[] inputTable(List<LinearModule> modules) {
            float[] scale = sharedInputScale(modules);
            if (scale == null) {
                return new float[0];
            }
            float[] table = filled(scale.length, 1);
            System.arraycopy(scale, 0, table, scale.length, scale.length);
            return table;
        }

        /** The scale of what the modules of a group read, if it is the same for all of them; else null. */
        private float @Nullable [] sharedInputScale(List<LinearModule> modules) {
            float[] shared = null;
            for (LinearModule module : modules) {
                LinearEffect effect = effects.linear().get(module);
                float[] own = effect == null ? null : effect.inputScale();
                if (own == null || (shared != null && !Arrays.equals(shared, own))) {
                    return null;
                }
                shared = own;
            }
            return shared;
        }

        private float[] outputTable(
                List<LinearModule> modules, Function<LinearEffect, float @Nullable []> vector, float neutral) {
            int width = modules.stream().mapToInt(LinearModule::outputs).sum();
            float[] table = new float[0];
            int column = 0;
            for (LinearModule module : modules) {
                LinearEffect effect = effects.linear().get(module);
                float[] own = effect == null ? null : vector.apply(effect);
                if (own != null) {
                    if (table.length == 0) {
                        table = filled(width, neutral);
                    }
                    System.arraycopy(own, 0, table, width + column, own.length);
                }
                column += module.outputs();
            }
            return table;
        }

        private static float[] filled(int width, float value) {
            float[] table = new float[Math.multiplyExact(2, width)];
            Arrays.fill(table, value);
            return table;
        }

        private List<float[]> norms(BaseWeights base) {
            List<float[]> tables = new ArrayList<>();
            for (String name : SpecialTables.norms(model)) {
                float[] own = effects.replaced().get(name);
                if (own == null) {
                    tables.add(new float[0]);
                    continue;
                }
                float[] table = Arrays.copyOf(base.floats(name), 2 * own.length);
                System.arraycopy(own, 0, table, own.length, own.length);
                tables.add(table);
            }
            return tables;
        }

        private void matrices(BaseWeights base) {
            for (int site = 0; site < sites.size(); site++) {
                boolean shared = sharedInputScale(sites.get(site)) != null;
                int column = 0;
                for (LinearModule module : sites.get(site)) {
                    LinearEffect effect = effects.linear().get(module);
                    if (effect != null) {
                        float[] weight = shared ? effect.weight() : weight(module, effect, base);
                        if (weight != null) {
                            entry(
                                    site,
                                    new long[] {NUMBER, OWN_WEIGHT, column, module.outputs(), matrices.size(), 0, 0, 0},
                                    new Matrix(module.outputs(), false, weight));
                        }
                        linear(site, column, module, effect);
                    }
                    column += module.outputs();
                }
            }
            for (Effects.Bottleneck bottleneck : effects.bottlenecks()) {
                Group group =
                        bottleneck.site() == Effects.Site.ATTENTION ? Group.ATTENTION_OUT : Group.FEED_FORWARD_OUT;
                entry(
                        bottleneck.layer() * GROUPS + group.number(),
                        new long[] {NUMBER, BOTTLENECK, 0, model.hiddenSize(), matrices.size(), 0, 0, 0},
                        new Matrix(bottleneck.size(), false, bottleneck.down()),
                        new Matrix(1, true, bottleneck.downBias()),
                        new Matrix(model.hiddenSize(), false, bottleneck.up()),
                        new Matrix(1, true, bottleneck.upBias()));
            }
            embedding();
        }

        /** A module's own weight, with what it alone scales of the group's input taken in: W (l x) = (W diag(l)) x. */
        private static float @Nullable [] weight(LinearModule module, LinearEffect effect, BaseWeights base) {
            float[] scale = effect.inputScale();
            if (scale == null) {
                return effect.weight();
            }
            float[] scaled =
                    (effect.weight() == null ? base.floats(module.path() + ".weight") : effect.weight()).clone();
            for (int i = 0; i < scaled.length; i++) {
                scaled[i] *= scale[i % scale.length];
            }
            return scaled;
        }

        private void linear(int site, int column, LinearModule module, LinearEffect effect) {
            LinearEffect.Routing routing = effect.routing();
            LowRank update = effect.lowRank();
            if (routing != null && update != null) {
                entry(
                        site,
                        new long[] {
                            NUMBER,
                            ROUTED,
                            column,
                            module.outputs(),
                            matrices.size(),
                            routing.experts(),
                            routing.kept(),
                            0
                        },
                        new Matrix(update.rank(), false, update.a()),
                        new Matrix(module.outputs(), false, update.b()),
                        new Matrix(routing.experts(), false, routing.router()));
            }
        }

        private void embedding() {
            int site = sites.size();
            int first = matrices.size();
            switch (effects.embedding()) {
                case null -> {}
                case Effects.EmbeddingEffect.Added(LowRank update) ->
                    entry(
                            site,
                            new long[] {NUMBER, EMBEDDING_UPDATE, 0, 0, first, 0, 0, 0},
                            new Matrix(model.vocabularySize(), false, transposed(update.a(), update.rank())),
                            new Matrix(model.hiddenSize(), false, update.b()));
                case Effects.EmbeddingEffect.Rows(int[] tokens, float[] rows, boolean head) -> {
                    float[] ids = new float[tokens.length];
                    for (int i = 0; i < ids.length; i++) {
                        // Whole numbers up to 2^24, which vocabularies stay below, are exact.
                        ids[i] = tokens[i];
                    }
                    entry(
                            site,
                            new long[] {NUMBER, EMBEDDING_ROWS, 0, 0, first, 0, 0, 0},
                            new Matrix(1, true, ids),
                            new Matrix(tokens.length, false, rows));
                    if (head) {
                        // The head's site, and the same matrices.
                        entry(site - 1, new long[] {NUMBER, HEAD_ROWS, 0, 0, first, 0, 0, 0});
                    }
                }
                case Effects.EmbeddingEffect.Whole(float[] weight) ->
                    entry(
                            site,
                            new long[] {NUMBER, EMBEDDING_WHOLE, 0, 0, first, 0, 0, 0},
                            new Matrix(model.vocabularySize(), false, weight));
            }
            if (effects.prompt() != null) {
                entry(
                        site,
                        new long[] {NUMBER, PROMPT, 0, 0, matrices.size(), 0, 0, 0},
                        new Matrix(
                                effects.prompt().tokens(),
                                false,
                                effects.prompt().embeddings()));
            }
        }

        private static float[] transposed(float[] matrix, int rows) {
            int columns = matrix.length / rows;
            float[] turned = new float[matrix.length];
            for (int row = 0; row < rows; row++) {
                for (int column = 0; column < columns; column++) {
                    turned[column * rows + row] = matrix[row * columns + column];
                }
            }
            return turned;
        }

        private void entry(int site, long[] numbers, Matrix... own) {
            entries.get(site).add(numbers);
            matrices.addAll(List.of(own));
        }
    }

    /**
     * Refuses what cannot be computed for single rows.
     *
     * @throws IllegalArgumentException naming it
     */
    static void require(Effects effects, ModelConfig model) {
        List<String> served = new ArrayList<>(norms(model));
        served.addAll(model.blueprint().classifier());
        for (String name : effects.replaced().keySet()) {
            if (!served.contains(name)) {
                throw new IllegalArgumentException("an own " + name + " cannot be served");
            }
        }
    }
}
