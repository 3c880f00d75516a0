package dev.lorikeet.engine.method.classifier;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterConfig;
import dev.lorikeet.engine.adapter.AdapterFormat;
import dev.lorikeet.engine.adapter.InvalidAdapterException;
import dev.lorikeet.engine.adapter.PeftFields;
import dev.lorikeet.engine.adapter.UnsupportedAdapterException;
import dev.lorikeet.engine.train.TrainableConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Any {@code peft_type} with {@code labels}, a list that is ours and that PEFT passes over: {@code task_type} SEQ_CLS, and
 * the head among {@code modules_to_save}. Also such a file of PEFT's own, without labels; of LoRA's that is LoRA's own
 * matter, which may change the head by factors.
 */
public final class ClassifierFormat implements AdapterFormat {
    private static final String LABELS = "labels";
    private static final String SAVED = "modules_to_save";
    private static final String TASK = "task_type";

    /** What the families call the head's layers, or what holds them; PEFT passes over what a model lacks. */
    private static final List<String> HEAD = List.of("classifier", "pooler");

    /** PEFT's own name for heads of other families, which it adds to the list by itself. */
    private static final String OTHER_HEAD = "score";

    @Override
    public boolean claims(JsonNode config) {
        return config.hasNonNull(LABELS)
                || (config.path(TASK).asText().equals("SEQ_CLS")
                        && !config.path(SAVED).isEmpty()
                        && !config.path("peft_type").asText().equals("LORA"));
    }

    @Override
    public ClassifierConfig read(JsonNode root) throws IOException {
        if (root.hasNonNull(LABELS)
                && (!root.path(LABELS).isArray() || root.path(LABELS).isEmpty())) {
            throw new InvalidAdapterException(LABELS + " must be a list of at least two strings");
        }
        List<String> labels = PeftFields.strings(root.path(LABELS), LABELS);
        String task = root.path(TASK).asText("SEQ_CLS");
        if (root.hasNonNull(TASK) && !task.equals("SEQ_CLS")) {
            throw new UnsupportedAdapterException("labels are of task_type SEQ_CLS, not " + task);
        }
        ObjectNode rest = root.deepCopy();
        rest.remove(List.of(LABELS, TASK, SAVED));
        List<String> others = new ArrayList<>(PeftFields.strings(root.path(SAVED), SAVED));
        others.removeAll(HEAD);
        others.removeIf(OTHER_HEAD::equals);
        if (!others.isEmpty()) {
            others.forEach(rest.putArray(SAVED)::add);
        }
        AdapterConfig inner = AdapterConfig.read(rest);
        if (!(inner instanceof TrainableConfig trainable)) {
            throw new UnsupportedAdapterException("labels of an adapter of kind " + inner.kind());
        }
        return new ClassifierConfig(trainable, labels);
    }

    static ObjectNode json(ClassifierConfig config) {
        ObjectNode root = config.inner().json();
        ArrayNode saved = root.path(SAVED) instanceof ArrayNode own ? own : root.putArray(SAVED);
        HEAD.forEach(saved::add);
        root.put(TASK, "SEQ_CLS");
        if (!config.labels().isEmpty()) {
            config.labels().forEach(root.putArray(LABELS)::add);
        }
        return root;
    }
}
