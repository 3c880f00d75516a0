package dev.lorikeet.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorikeet.engine.model.Dimensions;
import dev.lorikeet.engine.model.Family;
import dev.lorikeet.proto.inference.v1.Classification;
import dev.lorikeet.proto.inference.v1.ClassifyResponse;
import dev.lorikeet.proto.inference.v1.LabelScore;
import dev.lorikeet.proto.training.v1.DatasetError;
import dev.lorikeet.proto.training.v1.TrainingEvent;
import dev.lorikeet.registry.adapter.Version;
import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.DatasetAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The platform over an encoder: labelled rows on Kafka become classifiers that answer, each with labels of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(400)
class EncoderPlatformTest {
    private static final Duration TRAINING = Duration.ofMinutes(3);
    private static final Dimensions SMALL = new Dimensions(320, 64, 2, new Dimensions.Attention(4, 4, 16), 128, 512);
    private static final String LORA = "{\"lora\": {\"rank\": 8}}";

    private @Nullable Platform started;

    @TempDir
    private Path scratch;

    @BeforeAll
    void start(@TempDir(cleanup = CleanupMode.ON_SUCCESS) Path folder) throws IOException {
        started = Platform.embedded(folder, SMALL, Family.ROBERTA);
    }

    @AfterAll
    void stop() {
        if (started != null) {
            started.close();
        }
    }

    private Platform platform() {
        if (started == null) {
            throw new IllegalStateException("the platform did not start");
        }
        return started;
    }

    /** Texts of one letter again and again, a label for each letter. */
    private static List<String> rows(String... letters) {
        List<String> rows = new ArrayList<>();
        for (int i = 2; i < 8; i++) {
            for (String letter : letters) {
                rows.add(Requests.labelled(letter.repeat(i), "all-" + letter));
            }
        }
        return rows;
    }

    @Test
    void labelledRowsOnKafkaBecomeClassifiersOfSeveralTenants() throws InterruptedException, IOException {
        Tenant acme = platform().acme();
        Tenant globex = platform().globex();
        String first = acme.publish("two", Requests.classify(LORA, "letters", "two", rows("a", "z"), 40));
        String second = globex.publish("three", Requests.classify(LORA, "letters", "three", rows("x", "m", "e"), 60));
        TrainingEvent end = platform().events().awaitEnd(first, TRAINING);
        assertThat(end.hasSucceeded()).as("%s", end).isTrue();
        assertThat(platform().events().awaitEnd(second, TRAINING).hasSucceeded())
                .isTrue();

        ClassifyResponse ours = acme.classify("letters", "zzzzzzzzz", "aaaaaaaaa");
        ClassifyResponse theirs = globex.classify("letters", "eeeeeeeee", "mmmmmmmmm", "xxxxxxxxx");

        assertThat(ours.getResultsList()).extracting(Classification::getLabel).containsExactly("all-z", "all-a");
        assertThat(theirs.getResultsList())
                .extracting(Classification::getLabel)
                .containsExactly("all-e", "all-m", "all-x");
        for (Classification each : theirs.getResultsList()) {
            assertThat(each.getScoresList())
                    .extracting(LabelScore::getLabel)
                    .containsExactly("all-e", "all-m", "all-x");
            assertThat(each.getScoresList().stream()
                            .mapToDouble(LabelScore::getProbability)
                            .sum())
                    .isCloseTo(1, within(1e-6));
        }
        assertThat(ours.getAdapter().getRevision()).isEqualTo(end.getSucceeded().getRevision());
        Version version = platform()
                .registry()
                .adapters()
                .newest(acme.id(), new AdapterName("letters"))
                .orElseThrow();
        assertThat(version.description().metrics().get("eval_accuracy")).isEqualTo(1);
        platform()
                .registry()
                .adapters()
                .download(acme.id(), new AdapterName("letters"), version.revision(), scratch.resolve("files"));
        JsonNode config = new ObjectMapper()
                .readTree(scratch.resolve("files/adapter_config.json").toFile());
        assertThat(config.path("labels")).extracting(JsonNode::asText).containsExactly("all-a", "all-z");
    }

    @Test
    void theMethodsThatAdaptBlocksAreTrainedAndServed() throws InterruptedException {
        Tenant acme = platform().acme();
        List<String> methods = List.of(
                "{\"lora\": {\"rank\": 4, \"dora\": true, \"target_modules\": [\"query\", \"value\"]}}",
                "{\"lora\": {\"rank\": 4, \"base_quantization\": \"BASE_QUANTIZATION_NF4\"}}",
                "{\"adalora\": {\"target_rank\": 2}}",
                "{\"ia3\": {}}",
                "{\"bitfit\": {}}",
                "{\"full\": {}}",
                "{\"bottleneck\": {\"size\": 8}}",
                "{\"moe_lora\": {\"rank\": 2, \"experts\": 4, \"target_modules\": [\"query\", \"value\"]}}");
        List<String> jobs = new ArrayList<>();
        for (int i = 0; i < methods.size(); i++) {
            String name = "method-" + i;
            jobs.add(acme.publish(name, Requests.classify(methods.get(i), name, name, rows("a", "z"), 12)));
        }
        for (int i = 0; i < methods.size(); i++) {
            TrainingEvent end = platform().events().awaitEnd(jobs.get(i), TRAINING);
            assertThat(end.hasSucceeded()).as("%s: %s", methods.get(i), end).isTrue();
            ClassifyResponse answer = acme.classify("method-" + i, "aaaa");
            assertThat(answer.getAdapter().getRevision())
                    .as(methods.get(i))
                    .isEqualTo(end.getSucceeded().getRevision());
            assertThat(answer.getResults(0).getLabel()).as(methods.get(i)).isIn("all-a", "all-z");
        }
    }

    @Test
    void whatAnEncoderCannotLearnIsToldByLineAndByName() throws InterruptedException {
        Tenant acme = platform().acme();
        DatasetAddress dataset = platform().registry().datasets().put(acme.id(), """
                        {"text": "a", "label": "x"}
                        {"text": "b"}
                        {"prompt": "c", "completion": "d"}
                        """.getBytes(StandardCharsets.UTF_8));
        String lines = acme.publish("lines", Requests.over("lines", "lines", dataset.relative(), 5, 5));
        String prompt = acme.publish(
                "prompt",
                Requests.classify("{\"prompt_tuning\": {\"virtual_tokens\": 4}}", "p", "prompt", rows("a", "z"), 5));

        TrainingEvent byLine = platform().events().awaitEnd(lines, TRAINING);
        TrainingEvent byName = platform().events().awaitEnd(prompt, TRAINING);

        assertThat(byLine.getFailed().getDatasetErrorsList())
                .extracting(DatasetError::getLine)
                .containsExactly(2L, 3L);
        assertThat(byName.getFailed().getReason()).contains("prompt_tuning puts something before the text");
    }
}
