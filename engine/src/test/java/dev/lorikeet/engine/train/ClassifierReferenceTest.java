package dev.lorikeet.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.data.EncodedExample;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.engine.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps of transformers and PEFT on the same batches from the same adapter (src/test/python/classifier_vectors.py). */
class ClassifierReferenceTest {
    private static final Path RESOURCES = Path.of("src/test/resources");

    @ParameterizedTest
    @ValueSource(strings = {"roberta", "bert"})
    void everyStepsLossAndTheTrainedAdapterAreTheReferences(String name) throws IOException {
        Path folder = RESOURCES.resolve("encoder/training").resolve(name);
        JsonNode reference =
                new ObjectMapper().readTree(folder.resolve("case.json").toFile());
        List<List<EncodedExample>> batches = StreamSupport.stream(
                        reference.path("batches").spliterator(), false)
                .map(ClassifierReferenceTest::batch)
                .toList();
        int steps = batches.size();
        TrainingOptions options = TrainingOptions.defaults(0)
                .withBatch(batches.getFirst().size(), 1)
                .withLength(new Length.Steps(steps))
                .withSchedule(Schedule.constant(reference.path("learning_rate").asDouble()))
                .withOptimizer(new AdamWSettings(
                        0.9,
                        0.999,
                        1e-8,
                        reference.path("weight_decay").asDouble(),
                        reference.path("max_grad_norm").asDouble(),
                        FactorRates.EQUAL));
        try (BaseModel base =
                BaseModel.load(RESOURCES.resolve(reference.path("model").asText()), LoadOptions.reference(name))) {
            StoredAdapter start = StoredAdapter.read(folder.resolve("start"), base.config());
            TrainedMethod method = ((TrainableConfig) start.config()).method(base.config());
            float[] values = method.flat(start.tensors());
            Checkpoint.Vectors vectors = Checkpoint.Vectors.starting(values, method.state(values, base::floats));
            try (TrainingScript script = new TrainingScript(base, method, false, vectors)) {
                OptimizerStep optimizerStep = new OptimizerStep(script, method, options);
                for (int step = 0; step < steps; step++) {
                    List<MicroBatch> window =
                            MicroBatch.of(batches.get(step), options.batching().rows());
                    double hits = window.stream()
                            .mapToDouble(batch -> script.score(batch).hits())
                            .sum();
                    assertThat(hits)
                            .as("hits of step " + step)
                            .isEqualTo(reference.path("hits").path(step).asDouble());
                    assertThat(optimizerStep.take(step, steps, window).loss())
                            .as("loss of step " + step)
                            .isCloseTo(reference.path("losses").path(step).asDouble(), within(5e-6));
                }
                try (SafetensorsFile end = SafetensorsFile.open(folder.resolve("end.safetensors"))) {
                    assertThat(end.tensors()).hasSize(method.layout().specs().size());
                    StoredAdapter trained = method.stored(script.values(), script.state());
                    for (TensorSpec spec : method.layout().specs()) {
                        assertThat(trained.tensors().get(spec.name()))
                                .as(spec.name())
                                .containsExactly(end.floats(spec.name()), within(2e-5f));
                    }
                }
            }
        }
    }

    private static List<EncodedExample> batch(JsonNode rows) {
        List<EncodedExample> examples = new ArrayList<>();
        for (JsonNode row : rows) {
            examples.add(EncodedExample.ofClass(
                    row.path("label").asInt(), numbers(row.path("ids")), numbers(row.path("types")), false));
        }
        return examples;
    }

    private static int[] numbers(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .mapToInt(JsonNode::asInt)
                .toArray();
    }
}
