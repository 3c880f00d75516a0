package dev.lorikeet.engine.train;

import dev.lorikeet.engine.adapter.AdapterConfig;
import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.decode.Decoder;
import dev.lorikeet.engine.encode.Encoder;
import dev.lorikeet.engine.encode.Text;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.ModelConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * An adapter that PEFT is to load.
 *
 * @param name of the case
 * @param model of the reference cases
 * @param fields of its adapter_config.json, besides what all have
 */
record PeerCase(String name, String model, String fields) {
    static final int[] TEXT = {7, 300, 12, 45, 9, 100, 5, 17};

    private static final String ADALORA = "'peft_type': 'ADALORA', 'init_r': 4, 'target_r': 2, 'lora_alpha': 6,"
            + " 'tinit': 0, 'tfinal': 1, 'deltaT': 1, 'total_step': 6, 'target_modules': ['q_proj', 'down_proj']";

    /** Every kind that PEFT has, and every setting of LoRA that changes what is computed. */
    static List<PeerCase> all() {
        List<PeerCase> cases = new ArrayList<>();
        cases.add(lora("lora", "llama", "'target_modules': ['q_proj', 'v_proj', 'down_proj']"));
        cases.add(lora("lora-all-linear", "qwen3", "'target_modules': 'all-linear'"));
        cases.add(lora("lora-expression", "mistral", "'target_modules': '.*layers\\\\.[12]\\\\..*(up|o)_proj'"));
        cases.add(lora(
                "lora-excluding",
                "llama3",
                "'target_modules': ['k_proj'], 'exclude_modules': ['layers.1.self_attn.k_proj']"));
        cases.add(lora("lora-layers", "llama", "'target_modules': ['k_proj'], 'layers_to_transform': [0, 2]"));
        cases.add(
                lora(
                        "lora-patterns",
                        "llama",
                        "'target_modules': ['q_proj', 'k_proj'], 'rank_pattern': {'k_proj': 3}, 'alpha_pattern': {'q_proj': 5}"));
        cases.add(lora("lora-rank-stabilised", "llama", "'target_modules': ['o_proj'], 'use_rslora': true"));
        cases.add(lora("lora-conv1d", "gpt2", "'target_modules': ['c_attn', 'c_fc'], 'fan_in_fan_out': true"));
        cases.add(lora("lora-embedding", "llama", "'target_modules': ['embed_tokens', 'q_proj']"));
        cases.add(lora("lora-head", "llama", "'target_modules': ['lm_head']"));
        cases.add(lora("lora-bias-of-b", "llama", "'target_modules': ['q_proj'], 'lora_bias': true"));
        cases.add(lora("dora", "llama", "'target_modules': ['q_proj', 'gate_proj'], 'use_dora': true"));
        cases.add(lora("bias-all", "gpt2", "'target_modules': ['c_attn'], 'fan_in_fan_out': true, 'bias': 'all'"));
        cases.add(lora("bias-lora-only", "qwen2", "'target_modules': ['k_proj', 'o_proj'], 'bias': 'lora_only'"));
        cases.add(lora("saved-head", "llama", "'target_modules': ['q_proj'], 'modules_to_save': ['lm_head']"));
        cases.add(lora("saved-norms", "llama", "'target_modules': ['q_proj'], 'modules_to_save': ['norm']"));
        cases.add(lora(
                "saved-conv1d",
                "gpt2",
                "'target_modules': ['c_attn'], 'fan_in_fan_out': true, 'modules_to_save': ['c_fc']"));
        cases.add(lora("token-rows", "llama", "'target_modules': ['q_proj'], 'trainable_token_indices': [9, 300, 2]"));
        cases.add(lora(
                "token-rows-untied", "llama3", "'target_modules': ['q_proj'], 'trainable_token_indices': [9, 300]"));
        cases.add(lora("pissa", "llama", "'target_modules': ['q_proj', 'up_proj'], 'lorikeet_start': 'pissa'"));
        cases.add(lora(
                "olora-rank-stabilised",
                "llama",
                "'target_modules': ['q_proj', 'k_proj'], 'lorikeet_start': 'olora', 'use_rslora': true,"
                        + " 'rank_pattern': {'k_proj': 3}, 'alpha_pattern': {'q_proj': 5}"));
        cases.add(lora(
                "classifier",
                "roberta",
                "'target_modules': ['query', 'value'], 'modules_to_save': ['classifier'], 'task_type': 'SEQ_CLS'"));
        cases.add(
                lora("classifier-with-labels", "roberta", "'target_modules': 'all-linear', " + labels("a", "b", "c")));
        cases.add(lora(
                "classifier-of-other-labels",
                "roberta",
                "'target_modules': ['query', 'dense'], 'use_dora': true, " + labels("a", "b", "c", "d", "e")));
        cases.add(new PeerCase(
                "classifier-ia3",
                "roberta",
                "'peft_type': 'IA3', 'target_modules': ['key', 'value', 'output.dense'],"
                        + " 'feedforward_modules': ['output.dense'], " + labels("no", "yes")));
        cases.add(new PeerCase("adalora", "llama", ADALORA));
        cases.add(new PeerCase(
                "ia3",
                "llama",
                "'peft_type': 'IA3', 'target_modules': ['k_proj', 'v_proj', 'down_proj'],"
                        + " 'feedforward_modules': ['down_proj']"));
        cases.add(new PeerCase(
                "trainable-tokens", "llama", "'peft_type': 'TRAINABLE_TOKENS', 'token_indices': [9, 300, 2]"));
        cases.add(new PeerCase(
                "trainable-tokens-untied", "llama3", "'peft_type': 'TRAINABLE_TOKENS', 'token_indices': [9, 17]"));
        cases.add(new PeerCase("prompt-tuning", "llama", "'peft_type': 'PROMPT_TUNING', 'num_virtual_tokens': 3"));
        cases.add(new PeerCase(
                "p-tuning", "llama", "'peft_type': 'P_TUNING', 'num_virtual_tokens': 3, 'encoder_hidden_size': 4"));
        cases.add(new PeerCase(
                "p-tuning-lstm",
                "gpt2",
                "'peft_type': 'P_TUNING', 'num_virtual_tokens': 3,"
                        + " 'encoder_hidden_size': 4, 'encoder_reparameterization_type': 'LSTM'"));
        cases.add(new PeerCase("prefix-tuning", "llama", "'peft_type': 'PREFIX_TUNING', 'num_virtual_tokens': 3"));
        cases.add(new PeerCase(
                "prefix-projection",
                "llama",
                "'peft_type': 'PREFIX_TUNING', 'num_virtual_tokens': 3,"
                        + " 'encoder_hidden_size': 4, 'prefix_projection': true"));
        return cases;
    }

    private static String labels(String... labels) {
        return "'task_type': 'SEQ_CLS', 'modules_to_save': ['classifier', 'pooler'], 'labels': ['"
                + String.join("', '", labels) + "']";
    }

    private static PeerCase lora(String name, String model, String fields) {
        return new PeerCase(name, model, "'peft_type': 'LORA', 'r': 2, 'lora_alpha': 6, " + fields);
    }

    Path modelFolder() {
        return TinyModel.CONFORMANCE.resolve("models").resolve(model).toAbsolutePath();
    }

    TrainableConfig config(Path scratch) throws IOException {
        Path file = scratch.resolve(name + ".json");
        String task = fields.contains("task_type") ? "" : ", 'task_type': 'CAUSAL_LM'";
        Files.writeString(file, ("{" + fields + task + "}").replace('\'', '"'));
        return (TrainableConfig) AdapterConfig.read(file);
    }

    /** An adapter of drawn numbers, the same on every machine, by way of the method that would have trained them. */
    StoredAdapter drawn(ModelConfig config, Path scratch) throws IOException {
        TrainableConfig adapter = config(scratch);
        if (config.blueprint().encoder()) {
            return new StoredAdapter(adapter, drawn(adapter.tensors(config), 0));
        }
        TrainedMethod method = adapter.method(config);
        float[] values = values(method.layout(), 0);
        boolean started = fields.contains("lorikeet_start");
        float[] state = started ? values(method.layout(), 1) : method.state(values, tensor -> new float[0]);
        return method.stored(values, state);
    }

    private float[] values(FlatLayout layout, int seed) {
        AdapterTensors tensors = drawn(layout.specs(), seed);
        return layout.flat(tensors);
    }

    private AdapterTensors drawn(List<TensorSpec> specs, int seed) {
        SplittableRandom random = new SplittableRandom(name.hashCode() + 31L * seed);
        Map<String, float[]> values = new LinkedHashMap<>();
        for (TensorSpec spec : specs) {
            boolean factor = spec.name().contains("magnitude")
                    || spec.name().endsWith("norm.weight")
                    || spec.name().endsWith(".ia3_l");
            float[] own = new float[spec.elements()];
            for (int i = 0; i < own.length; i++) {
                own[i] = (float) (0.4 * (random.nextDouble() - 0.5) + (factor ? 1 : 0));
            }
            values.put(spec.name(), own);
        }
        return AdapterTensors.of(specs, values);
    }

    /** Served logits, in C order: of every position, virtual tokens' first where PEFT gives them too; of the labels. */
    static float[] logits(BaseModel base, StoredAdapter adapter) {
        try (ResidentAdapter resident = base.attach(adapter)) {
            List<@Nullable ResidentAdapter> rows = new ArrayList<>(List.of(resident));
            if (base.config().blueprint().encoder()) {
                try (Encoder encoder = new Encoder(base)) {
                    return encoder.encode(List.of(Text.of(TEXT)), rows)
                            .getFirst()
                            .logits();
                }
            }
            try (Decoder decoder = new Decoder(base, 1, resident.positionsBefore() + TEXT.length)) {
                return decoder.logits(List.of(TEXT), rows).getFirst();
            }
        }
    }
}
