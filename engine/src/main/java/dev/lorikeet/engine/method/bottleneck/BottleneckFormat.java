package dev.lorikeet.engine.method.bottleneck;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterFormat;
import dev.lorikeet.engine.adapter.Effects;
import dev.lorikeet.engine.adapter.InvalidAdapterException;
import dev.lorikeet.engine.adapter.PeftFields;
import dev.lorikeet.engine.adapter.UnsupportedAdapterException;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;

/**
 * {@code peft_type} BOTTLENECK, a format of our own in PEFT's manner. Settings: {@code bottleneck_size} (m),
 * {@code after_attention}, {@code after_feed_forward} (at least one true), {@code non_linearity} (relu). Tensors, for each
 * layer and each of {@code attention_adapter} and {@code feed_forward_adapter} that is on:
 * {@code base_model.model.<layer>.<adapter>.down.weight} (m, hidden), {@code .down.bias} (m), {@code .up.weight} (hidden,
 * m), {@code .up.bias} (hidden).
 */
public final class BottleneckFormat implements AdapterFormat {
    private static final String TYPE = "BOTTLENECK";
    private static final String SIZE = "bottleneck_size";
    private static final String ATTENTION = "after_attention";
    private static final String FEED_FORWARD = "after_feed_forward";
    private static final String ACTIVATION = "non_linearity";
    private static final String RELU = "relu";
    private static final Set<String> KNOWN = Set.of("task_type", SIZE, ATTENTION, FEED_FORWARD, ACTIVATION);

    @Override
    public boolean claims(JsonNode config) {
        return config.path("peft_type").asText().equals(TYPE);
    }

    @Override
    public BottleneckConfig read(JsonNode root) throws IOException {
        PeftFields.refuseOthers(root, KNOWN);
        String activation = root.path(ACTIVATION).asText(RELU);
        if (!activation.equals(RELU)) {
            throw new UnsupportedAdapterException(
                    ACTIVATION + " = " + activation + " is not supported: only " + RELU + " is");
        }
        if (!root.hasNonNull(SIZE)) {
            throw new InvalidAdapterException("adapter_config.json has no " + SIZE);
        }
        Set<Effects.Site> sites = EnumSet.noneOf(Effects.Site.class);
        if (PeftFields.flag(root, ATTENTION)) {
            sites.add(Effects.Site.ATTENTION);
        }
        if (PeftFields.flag(root, FEED_FORWARD)) {
            sites.add(Effects.Site.FEED_FORWARD);
        }
        return new BottleneckConfig(PeftFields.integer(root, SIZE, 0), sites, PeftFields.origin(root));
    }

    static ObjectNode json(BottleneckConfig config) {
        ObjectNode root = PeftFields.object(TYPE, config.origin());
        root.put(ATTENTION, config.sites().contains(Effects.Site.ATTENTION));
        root.put(FEED_FORWARD, config.sites().contains(Effects.Site.FEED_FORWARD));
        root.put(SIZE, config.size());
        root.put(ACTIVATION, RELU);
        root.put("task_type", "CAUSAL_LM");
        return root;
    }
}
