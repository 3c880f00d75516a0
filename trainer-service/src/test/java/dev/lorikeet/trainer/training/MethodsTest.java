package dev.lorikeet.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.lorikeet.engine.adapter.AdapterConfig;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.train.FactorRates;
import dev.lorikeet.proto.training.v1.Method;
import dev.lorikeet.registry.adapter.Version;
import dev.lorikeet.tenancy.DatasetAddress;
import dev.lorikeet.trainer.attempt.Assignment;
import dev.lorikeet.trainer.attempt.FailureKind;
import dev.lorikeet.trainer.attempt.Jobs;
import dev.lorikeet.trainer.attempt.RunOutcome;
import dev.lorikeet.trainer.attempt.TrainingJob;
import dev.lorikeet.trainer.method.MethodReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every method that a request may ask for, trained, interrupted, resumed and published. */
class MethodsTest extends AttemptFixture {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** 8 is 8.0. */
    private static boolean same(JsonNode one, JsonNode other) {
        if (one.isNumber() && other.isNumber()) {
            return one.asDouble() == other.asDouble();
        }
        if (one.isObject() && other.isObject() && one.size() == other.size()) {
            return one.properties().stream().allMatch(field -> same(field.getValue(), other.path(field.getKey())));
        }
        return one.equals(other);
    }

    private static Assignment with(String method, String job, int attempt, DatasetAddress dataset)
            throws InvalidProtocolBufferException {
        Assignment plain = assignment(job, attempt, dataset);
        Method.Builder read = Method.newBuilder();
        JsonFormat.parser().merge(method, read);
        TrainingJob from = plain.job();
        return new Assignment(
                plain.key(),
                plain.tenant(),
                new TrainingJob(
                        from.adapter(),
                        from.baseModel(),
                        from.dataset(),
                        MethodReader.read(read.build(), TinyModel.NAME),
                        from.hyperparameters(),
                        from.seed(),
                        from.metadata()),
                plain.lease());
    }

    private DatasetAddress examples(String method) {
        return method.equals("vora") ? picturedDataset() : dataset();
    }

    @Test
    void everyExampleWithoutThePictureThatTheMethodReadsIsTold() throws IOException {
        String vora = "{\"vora\": {\"image_size\": 8, \"patch_size\": 4, \"rank\": 2, \"alpha\": 4,"
                + " \"target_modules\": [\"all-linear\"]}}";
        String lora = "{\"lora\": {\"rank\": 2, \"alpha\": 4, \"target_modules\": [\"all-linear\"]}}";

        assertThat(run(with(vora, "j-text", 1, dataset()), control, listener()))
                .isInstanceOfSatisfying(RunOutcome.Failed.class, failed -> {
                    assertThat(failed.kind()).isEqualTo(FailureKind.INVALID_INPUT);
                    assertThat(failed.datasetErrors()).hasSize(7);
                    assertThat(failed.datasetErrors().getLast().line()).isEqualTo(7);
                    assertThat(failed.datasetErrors().getLast().reason()).contains("vora needs one in every example");
                });
        assertThat(run(with(lora, "j-picture", 1, picturedDataset()), control, listener()))
                .isInstanceOfSatisfying(
                        RunOutcome.Failed.class,
                        failed -> assertThat(failed.datasetErrors())
                                .hasSize(7)
                                .allMatch(error -> error.reason().contains("texts alone")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            lora | LORA | {"lora": {"rank": 4, "alpha": 8, "target_modules": ["all-linear"], "dropout": 0.1}} \
                 | {"r": 4, "lora_alpha": 8, "lora_dropout": 0.1, "target_modules": "all-linear"}
            lora | LORA | {"lora": {"rank": 4, "alpha": 8, "rank_stabilized": true, "target_pattern": ".*[.]mlp[.].*", \
                           "exclude_modules": ["up_proj"], "rank_pattern": {"down_proj": 2}, \
                           "alpha_pattern": {"gate_proj": 3}}} \
                 | {"use_rslora": true, "target_modules": ".*[.]mlp[.].*", "exclude_modules": ["up_proj"], \
                    "rank_pattern": {"down_proj": 2}, "alpha_pattern": {"gate_proj": 3}}
            lora | LORA | {"lora": {"rank": 2, "alpha": 4, "target_modules": ["q_proj"], "layers_to_transform": [1]}} \
                 | {"target_modules": ["q_proj"], "layers_to_transform": [1]}
            lora | LORA | {"lora": {"rank": 2, "alpha": 4, "target_modules": ["all-linear"], \
                           "initialisation": "INITIALISATION_PISSA"}} \
                 | {"r": 4, "lora_alpha": 8, "init_lora_weights": true}
            lora | LORA | {"lora": {"rank": 2, "alpha": 4, "target_modules": ["q_proj"], \
                           "initialisation": "INITIALISATION_OLORA", "modules_to_save": ["norm"], \
                           "trainable_tokens": [5, 9], "bias": "BIAS_ALL"}} \
                 | {"r": 4, "modules_to_save": ["norm"], "trainable_token_indices": [5, 9], "bias": "all"}
            lora | LORA | {"lora": {"rank": 2, "alpha": 4, "target_modules": ["q_proj", "down_proj"], "lora_bias": true}} \
                 | {"lora_bias": true, "use_dora": false}
            dora | LORA | {"lora": {"rank": 2, "alpha": 4, "target_modules": ["all-linear"], "dora": true, \
                           "lora_plus_ratio": 4, "lora_plus_embedding_rate": 0.001}} \
                 | {"use_dora": true, "lora_bias": false, "r": 2}
            lora_plus | LORA | {"lora": {"rank": 2, "alpha": 4, "target_modules": ["embed_tokens", "v_proj"], \
                           "lora_plus_ratio": 16, "lora_plus_embedding_rate": 0.001}} \
                 | {"r": 2, "target_modules": ["embed_tokens", "v_proj"]}
            ia3 | IA3 | {"ia3": {}} \
                 | {"target_modules": ["self_attn.k_proj", "self_attn.v_proj", "mlp.down_proj"], \
                    "feedforward_modules": ["mlp.down_proj"]}
            ia3 | IA3 | {"ia3": {"target_modules": ["v_proj", "up_proj"], "exclude_modules": ["layers.0.mlp.up_proj"]}} \
                 | {"target_modules": ["v_proj", "up_proj"], "feedforward_modules": null, \
                    "exclude_modules": ["layers.0.mlp.up_proj"]}
            bitfit | BITFIT | {"bitfit": {"target_modules": ["q_proj", "o_proj"], "layers_to_transform": [1]}} \
                 | {"target_modules": ["q_proj", "o_proj"], "layers_to_transform": [1]}
            full | FULL | {"full": {}} | {"peft_type": "FULL"}
            trainable_tokens | TRAINABLE_TOKENS | {"trainable_tokens": {"tokens": [9, 5]}} | {"token_indices": [9, 5]}
            qlora | LORA | {"lora": {"rank": 4, "alpha": 8, "target_modules": ["all-linear"], \
                           "base_quantization": "BASE_QUANTIZATION_NF4"}} \
                 | {"r": 4, "lora_alpha": 8, "target_modules": "all-linear"}
            qlora | LORA | {"lora": {"rank": 2, "alpha": 4, "target_modules": ["all-linear"], "dora": true, \
                           "rank_stabilized": true, "lora_plus_ratio": 4, "lora_plus_embedding_rate": 0.001, \
                           "base_quantization": "BASE_QUANTIZATION_NF4"}} \
                 | {"r": 2, "use_dora": true, "use_rslora": true}
            qlora | LORA | {"lora": {"rank": 2, "alpha": 4, "target_modules": ["q_proj", "down_proj"], "lora_bias": true, \
                           "initialisation": "INITIALISATION_OLORA", "modules_to_save": ["norm"], \
                           "base_quantization": "BASE_QUANTIZATION_NF4"}} \
                 | {"r": 4, "lora_bias": true, "modules_to_save": ["norm"]}
            adalora | ADALORA | {"adalora": {"target_rank": 2, "initial_rank": 3, "alpha": 6, \
                           "target_modules": ["all-linear"], "initial_steps": 2, "final_steps": 3, \
                           "allocation_every_steps": 1, "orthogonality_weight": 0.1, \
                           "orthogonality": "ORTHOGONALITY_SUM_OF_SQUARES", "importance": "IMPORTANCE_SENSITIVITY", \
                           "beta1": 0.8, "beta2": 0.9}} \
                 | {"init_r": 3, "target_r": 2, "tinit": 2, "tfinal": 3, "deltaT": 1, "orth_reg_weight": 0.1, \
                    "orth_reg_form": "squared_sum", "importance": "sensitivity", "beta1": 0.8, "beta2": 0.9}
            prompt_tuning | PROMPT_TUNING | {"prompt_tuning": {"virtual_tokens": 6}} \
                 | {"num_virtual_tokens": 6, "prompt_tuning_init": "RANDOM"}
            prompt_tuning | PROMPT_TUNING | {"prompt_tuning": {"virtual_tokens": 6, "initial_text": "name a colour"}} \
                 | {"num_virtual_tokens": 6}
            prefix_tuning | PREFIX_TUNING | {"prefix_tuning": {"virtual_tokens": 5}} | {"num_virtual_tokens": 5}
            p_tuning | P_TUNING | {"p_tuning": {"virtual_tokens": 4, "encoder_hidden_size": 8}} \
                 | {"num_virtual_tokens": 4, "encoder_reparameterization_type": "MLP", "encoder_hidden_size": 8}
            p_tuning | P_TUNING | {"p_tuning": {"virtual_tokens": 4, "encoder": "PROMPT_ENCODER_LSTM", \
                           "encoder_hidden_size": 8, "encoder_layers": 2, "encoder_dropout": 0.1}} \
                 | {"encoder_reparameterization_type": "LSTM", "encoder_num_layers": 2, "encoder_dropout": 0.1}
            prefix_tuning | PREFIX_TUNING | {"prefix_tuning": {"virtual_tokens": 5, "projection": true, \
                           "encoder_hidden_size": 8}} \
                 | {"num_virtual_tokens": 5, "prefix_projection": true, "encoder_hidden_size": 8}
            moe_lora | MOE_LORA | {"moe_lora": {"rank": 2, "alpha": 4, "target_modules": ["gate_proj", "down_proj"], \
                           "experts": 3, "top_k": 2, "balance_coefficient": 0.01}} \
                 | {"r": 2, "lora_alpha": 4, "target_modules": ["gate_proj", "down_proj"], "num_experts": 3, "top_k": 2, \
                    "router_aux_loss_coef": 0.01}
            bottleneck | BOTTLENECK | {"bottleneck": {"placement": "PLACEMENT_HOULSBY", "size": 4}} \
                 | {"bottleneck_size": 4, "after_attention": true, "after_feed_forward": true}
            bottleneck | BOTTLENECK | {"bottleneck": {"placement": "PLACEMENT_PFEIFFER", "size": 4}} \
                 | {"bottleneck_size": 4, "after_attention": false, "after_feed_forward": true}
            vora | VORA | {"vora": {"image_size": 8, "patch_size": 4, "rank": 2, "alpha": 4, "layers": 1, \
                           "target_modules": ["all-linear"], "dropout": 0.1}} \
                 | {"image_size": 8, "patch_size": 4, "r": 2, "lora_alpha": 4, "lora_dropout": 0.1, \
                    "target_modules": "all-linear", "layers_to_transform": [0]}
            """)
    void methodIsTrainedResumedToTheSameBytesAndPublished(
            String name, String kind, String method, String config, @TempDir Path folder) throws IOException {
        RunOutcome.Published whole = published(run(with(method, "j-whole", 1, examples(name)), control, listener()));
        ScriptedListener crash = new ScriptedListener(
                step -> {
                    if (step == 8) {
                        throw new IllegalStateException("crash");
                    }
                },
                phase -> {});
        try {
            run(with(method, "j-resumed", 1, examples(name)), control, crash);
        } catch (IllegalStateException planned) {
            assertThat(planned).hasMessage("crash");
        }
        ScriptedListener second = listener();

        RunOutcome.Published resumed = published(run(with(method, "j-resumed", 2, examples(name)), control, second));

        assertThat(second.resumedFrom).containsExactly(5);
        assertThat(resumed.revision()).isEqualTo(whole.revision());
        assertThat(second.progress.getLast().ranks().isEmpty())
                .as("only methods that move ranks report them")
                .isEqualTo(!name.equals("adalora"));
        Version version = registry.adapters().newest(Jobs.ACME, ADAPTER).orElseThrow();
        assertThat(version.description().method()).isEqualTo(name);
        assertThat(version.description().kind()).isEqualTo(kind);
        registry.adapters().download(Jobs.ACME, ADAPTER, version.revision(), folder);
        AdapterConfig stored = StoredAdapter.read(folder, model.config()).config();
        // How LoRA was trained, and over what, is no matter of the adapter.
        assertThat(stored.kind()).isEqualTo(kind.toLowerCase(Locale.ROOT));
        JsonNode file = JSON.readTree(folder.resolve(AdapterConfig.FILE).toFile());
        JSON.readTree(config)
                .properties()
                .forEach(field -> assertThat(same(file.path(field.getKey()), field.getValue()))
                        .as("%s: %s is not %s", field.getKey(), file.path(field.getKey()), field.getValue())
                        .isTrue());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"lora\": {\"rank\": 2, \"target_modules\": [\"all-linear\"]}}",
                "{\"lora\": {\"rank\": 2, \"target_modules\": [\"all-linear\"], \"dora\": true, "
                        + "\"base_quantization\": \"BASE_QUANTIZATION_NF4\"}}",
                "{\"bottleneck\": {\"placement\": \"PLACEMENT_PFEIFFER\", \"size\": 4}}"
            })
    void examplesThatShareRowsTrainTheSame(String method) throws InvalidProtocolBufferException {
        Assignment apart = with(method, "j-apart", 1, dataset());
        Assignment other = with(method, "j-shared", 1, dataset());
        Assignment shared = new Assignment(other.key(), other.tenant(), Jobs.packed(other.job()), other.lease());
        ScriptedListener rows = listener();
        ScriptedListener packed = listener();

        published(run(apart, control, rows));
        published(run(shared, control, packed));

        assertThat(packed.progress).hasSameSizeAs(rows.progress);
        for (int i = 0; i < rows.progress.size(); i++) {
            assertThat(packed.progress.get(i).loss())
                    .isCloseTo(rows.progress.get(i).loss(), within(1e-3));
        }
    }

    @Test
    void factorsOfLoraPlusLearnAtRatesOfTheirOwn() throws InvalidProtocolBufferException {
        String plus = "{\"lora\": {\"rank\": 2, \"target_modules\": [\"q_proj\"], \"lora_plus_ratio\": 16, "
                + "\"lora_plus_embedding_rate\": 0.001}}";
        TrainingJob job = with(plus, "j-plus", 1, dataset()).job();
        double rate = job.hyperparameters().learningRate();

        assertThat(EngineSettings.options(job, 8).optimizer().factorRates())
                .isEqualTo(new FactorRates(16, 0.001 / rate));
        assertThat(EngineSettings.options(assignment("j-plain", 1, dataset()).job(), 8)
                        .optimizer()
                        .factorRates())
                .isEqualTo(FactorRates.EQUAL);
    }

    @Test
    void jobThatTrainsMoreThanTheTrainerMayIsRefusedWithTheFigures() throws InvalidProtocolBufferException {
        limit = new SizeLimit(1_000);

        assertThat(run(with("{\"full\": {}}", "j-full", 1, dataset()), control, listener()))
                .isInstanceOfSatisfying(RunOutcome.Failed.class, failed -> {
                    assertThat(failed.kind()).isEqualTo(FailureKind.INVALID_INPUT);
                    assertThat(failed.reason()).contains("parameters; this trainer trains at most 1000");
                });
        assertThat(registry.adapters().newest(Jobs.ACME, ADAPTER)).isEmpty();
        assertThat(run(
                        with("{\"bitfit\": {\"target_modules\": [\"q_proj\"]}}", "j-small", 1, dataset()),
                        control,
                        listener()))
                .isInstanceOf(RunOutcome.Published.class);
    }
}
