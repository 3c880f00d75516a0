package dev.lorikeet.engine.method.lora;

import dev.lorikeet.engine.model.Blueprint;
import dev.lorikeet.engine.model.Group;
import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.model.ModelConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a LoRA adapter's matrices lie in one flat vector: all A first, those that read the same input stacked by rows;
 * the embedding's two factors; all B; magnitudes; biases. With the numbers by which lora.py and forms.py find them.
 */
final class LoraLayout {
    private final ModelConfig model;
    private final List<LoraModule> modules;
    private final Map<String, Integer> offsets = new LinkedHashMap<>();
    private final List<Long> parts = new ArrayList<>();
    private final long[] index;
    private final double[] scales;
    private final boolean plain;
    private final int firstEmbedding;
    private final int firstB;
    private final int firstBias;
    private int size;

    /** @param embedding the embedding's factors, if it is a target */
    LoraLayout(ModelConfig model, List<LoraModule> modules, @Nullable LoraEmbedding embedding, LoraForm form) {
        this.model = model;
        this.modules = modules;
        this.plain = embedding == null
                && head() == null
                && !form.dora()
                && !form.bias()
                && !form.start().shifted();
        int places = model.layers() * model.blueprint().modulesPerLayer();
        int tail = model.layers() * width();
        this.index = new long[plain ? tail : tail + 4 + 2 * (places + 1)];
        Arrays.fill(index, -1);
        this.scales = new double[plain ? places : places + 2];
        layA();
        LoraModule head = head();
        if (head != null) {
            index[tail] = add(
                    LoraConfig.key(head.module()) + LoraConfig.A,
                    head.rank(),
                    head.module().inputs());
        }
        this.firstEmbedding = size;
        if (embedding != null) {
            String key = LoraConfig.PREFIX + embedding.path();
            index[tail + 2] = add(key + LoraConfig.EMBEDDING_A, embedding.rank(), embedding.vocabulary());
            index[tail + 3] = add(key + LoraConfig.EMBEDDING_B, embedding.hidden(), embedding.rank());
            scales[places + 1] = embedding.scaling();
        }
        this.firstB = size;
        layB();
        if (head != null) {
            index[tail + 1] = add(
                    LoraConfig.key(head.module()) + LoraConfig.B, head.module().outputs(), head.rank());
            scales[places] = head.scaling();
        }
        if (form.dora()) {
            layVectors(LoraConfig.MAGNITUDE, tail + 4);
        }
        this.firstBias = size;
        if (form.bias()) {
            layVectors(LoraConfig.B_BIAS, tail + 4 + places + 1);
        }
    }

    /** Numbers of a layer in the index. */
    private int width() {
        return Group.OF_A_LAYER.size() + model.blueprint().modulesPerLayer();
    }

    private void layA() {
        Blueprint blueprint = model.blueprint();
        for (int layer = 0; layer < model.layers(); layer++) {
            for (Group group : Group.OF_A_LAYER) {
                long rows = 0;
                long inputs = 0;
                for (int place = 0; place < blueprint.count(group); place++) {
                    LoraModule module = find(layer, group, place);
                    if (module != null) {
                        inputs = module.module().inputs();
                        rows += module.rank();
                        put(LoraConfig.key(module.module()) + LoraConfig.A, module.rank(), inputs);
                    }
                }
                if (rows > 0) {
                    index[layer * width() + group.number()] = part(rows, inputs);
                }
            }
        }
    }

    private void layB() {
        Blueprint blueprint = model.blueprint();
        for (int layer = 0; layer < model.layers(); layer++) {
            for (Group group : Group.OF_A_LAYER) {
                for (int place = 0; place < blueprint.count(group); place++) {
                    LoraModule module = find(layer, group, place);
                    if (module != null) {
                        int ofLayer = blueprint.first(group) + place;
                        index[layer * width() + Group.OF_A_LAYER.size() + ofLayer] = add(
                                LoraConfig.key(module.module()) + LoraConfig.B,
                                module.module().outputs(),
                                module.rank());
                        scales[layer * blueprint.modulesPerLayer() + ofLayer] = module.scaling();
                    }
                }
            }
        }
    }

    /** A vector for each module; the head's stands behind all. */
    private void layVectors(String suffix, int from) {
        Blueprint blueprint = model.blueprint();
        for (LoraModule target : modules) {
            LinearModule module = target.module();
            int at = module.group() == Group.HEAD
                    ? model.layers() * blueprint.modulesPerLayer()
                    : module.layer() * blueprint.modulesPerLayer() + blueprint.first(module.group()) + module.place();
            index[from + at] = add(LoraConfig.key(module) + suffix, 1, module.outputs());
        }
    }

    private long add(String name, long rows, long columns) {
        put(name, rows, columns);
        return part(rows, columns);
    }

    private void put(String name, long rows, long columns) {
        offsets.put(name, size);
        size = Math.toIntExact(Math.addExact(size, Math.multiplyExact(rows, columns)));
    }

    private long part(long rows, long columns) {
        parts.addAll(List.of(rows, columns));
        return parts.size() / 2 - 1L;
    }

    private @Nullable LoraModule head() {
        return find(-1, Group.HEAD, 0);
    }

    private @Nullable LoraModule find(int layer, Group group, int place) {
        for (LoraModule target : modules) {
            LinearModule module = target.module();
            if (module.layer() == layer && module.group() == group && module.place() == place) {
                return target;
            }
        }
        return null;
    }

    /** Whether there are blocks' factors alone. */
    boolean plain() {
        return plain;
    }

    /** Whether the head is a target. */
    boolean ownHead() {
        return head() != null;
    }

    /** Of each tensor its first element. */
    Map<String, Integer> offsets() {
        return offsets;
    }

    long[] shapes() {
        return parts.stream().mapToLong(Long::longValue).toArray();
    }

    long[] index() {
        return index.clone();
    }

    double[] scales() {
        return scales.clone();
    }

    /** Where the embedding's factors begin, and every A has ended. */
    int firstEmbedding() {
        return firstEmbedding;
    }

    /** Where B, and then magnitudes, begin. */
    int firstB() {
        return firstB;
    }

    /** Where biases begin. */
    int firstBias() {
        return firstBias;
    }

    int size() {
        return size;
    }
}
