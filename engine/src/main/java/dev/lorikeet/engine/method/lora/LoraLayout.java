package dev.lorikeet.engine.method.lora;

import dev.lorikeet.engine.adapter.TensorSpec;
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
 * the embedding's two factors; all B; magnitudes; matrices and rows of tokens in the place of the base's; vectors: biases of
 * B and what stands in the place of the base's. With the numbers by which lora.py and forms.py find them.
 */
final class LoraLayout {
    private static final long TURNED = 3;

    private final ModelConfig model;
    private final List<LoraModule> modules;
    private final Map<String, Integer> offsets = new LinkedHashMap<>();
    private final List<Long> parts = new ArrayList<>();
    private final long[] index;
    private final double[] scales;
    private final boolean plain;
    private final int firstEmbedding;
    private final int firstB;
    private final int firstOwn;
    private final int firstVector;
    private int size;

    /**
     * @param embedding the embedding's factors, if it is a target
     * @param own what stands in the place of the base's
     * @param rows of trainable tokens, or null
     */
    LoraLayout(
            ModelConfig model,
            List<LoraModule> modules,
            @Nullable LoraEmbedding embedding,
            LoraForm form,
            List<OwnTensors.Own> own,
            @Nullable TensorSpec rows) {
        this.model = model;
        this.modules = modules;
        this.plain = embedding == null
                && head() == null
                && !form.dora()
                && !form.bias()
                && !form.start().shifted()
                && own.isEmpty()
                && rows == null;
        int places = model.layers() * model.blueprint().modulesPerLayer();
        int tail = model.layers() * width();
        int firstPlace = tail + 4 + 2 * (places + 1);
        int tokens = form.rows().tokens().size();
        this.index = new long[plain ? tail : firstPlace + 3 * own.size() + 1 + tokens];
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
        this.firstOwn = size;
        layOwn(own, false, firstPlace);
        if (rows != null) {
            int at = firstPlace + 3 * own.size();
            index[at] = add(rows.name(), tokens, model.hiddenSize());
            for (int i = 0; i < tokens; i++) {
                index[at + 1 + i] = form.rows().tokens().get(i);
            }
        }
        this.firstVector = size;
        if (form.bias()) {
            layVectors(LoraConfig.B_BIAS, tail + 4 + places + 1);
        }
        layOwn(own, true, firstPlace);
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

    /** Matrices, or vectors: part, list of training.py (3: of its weights, but transposed), and place there. */
    private void layOwn(List<OwnTensors.Own> own, boolean vectors, int from) {
        for (int i = 0; i < own.size(); i++) {
            TensorSpec spec = own.get(i).spec();
            if (vectors == (spec.shape().size() == 1)) {
                boolean turned = model.transposed(own.get(i).name());
                index[from + 3 * i] = add(
                        spec.name(),
                        vectors ? 1 : spec.shape().getFirst(),
                        spec.shape().getLast());
                index[from + 3 * i + 1] =
                        turned ? TURNED : own.get(i).place().holder().number();
                index[from + 3 * i + 2] = own.get(i).place().at();
            }
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

    /** Where the factors have ended, and what stands in the place of the base's begins. */
    int firstOwn() {
        return firstOwn;
    }

    /** Where vectors begin: biases, norms. */
    int firstVector() {
        return firstVector;
    }

    int size() {
        return size;
    }
}
