package dev.lorikeet.engine.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.adapter.UnsupportedAdapterException;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.engine.model.ModelFiles;
import dev.lorikeet.engine.model.UnsupportedModelException;
import dev.lorikeet.engine.train.TrainingConformance;
import dev.lorikeet.engine.weights.MalformedFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs all reference cases under a folder: {@code models/<name>}, {@code adapters/<model>-<kind>}, {@code mixed-batch},
 * {@code training/<method>}. In float32 on the CPU; logits and losses within 1e-4 (losses of training within 1e-3
 * relative), greedy tokens the same.
 */
public final class Conformance {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double TRAINING_LOSS_TOLERANCE = 1e-3;
    /** Absolute, on factors: AdamW's first steps turn a gradient of rounding noise into a whole step. */
    private static final double TRAINING_TENSOR_TOLERANCE = 1e-3;

    private final Path root;
    private final Consumer<CaseResult> listener;

    private Conformance(Path root, Consumer<CaseResult> listener) {
        this.root = root;
        this.listener = listener;
    }

    /**
     * Runs every case found.
     *
     * @param listener hears each result as it comes
     * @throws IOException if the folder cannot be listed or holds no case
     */
    public static Report run(Path folder, Consumer<CaseResult> listener) throws IOException {
        Report report = new Conformance(folder, listener).run();
        if (report.results().isEmpty()) {
            throw new IOException(folder + " holds no case: models, adapters, mixed-batch or training expected");
        }
        return report;
    }

    private Report run() throws IOException {
        List<CaseResult> results = new ArrayList<>();
        for (Path model : folders("models", "expected.safetensors")) {
            results.add(result(model, () -> model(model)));
        }
        for (Path adapter : folders("adapters", "expected.safetensors")) {
            results.add(result(adapter, () -> adapter(adapter)));
        }
        for (Path mixed : folders("mixed-batch", "case.json")) {
            results.add(result(mixed, () -> mixed(mixed)));
        }
        for (Path training : folders("training", "case.json")) {
            results.add(result(training, () -> training(training)));
        }
        return new Report(results);
    }

    /** The folder itself if it holds the file, and its folders that do, by name. */
    private List<Path> folders(String kind, String file) throws IOException {
        Path parent = root.resolve(kind);
        if (!Files.isDirectory(parent)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(parent)) {
            return Stream.concat(Stream.of(parent), children.sorted(Comparator.comparing(Path::toString)))
                    .filter(folder -> Files.isRegularFile(folder.resolve(file)))
                    .toList();
        }
    }

    private interface Case {
        CaseResult.Outcome run() throws IOException;
    }

    private CaseResult result(Path folder, Case work) {
        CaseResult.Outcome outcome;
        try {
            outcome = work.run();
        } catch (UnsupportedModelException | UnsupportedAdapterException e) {
            outcome = new CaseResult.Unsupported(String.valueOf(e.getMessage()));
        } catch (IOException | RuntimeException e) {
            // One bad case must not end the others.
            outcome = new CaseResult.Failed(Double.NaN, e.getClass().getSimpleName() + ": " + e.getMessage());
        }
        CaseResult result = new CaseResult(root.relativize(folder).toString(), outcome);
        listener.accept(result);
        return result;
    }

    private CaseResult.Outcome model(Path folder) throws IOException {
        try (BaseModel model = load(folder)) {
            Expected expected = Expected.read(folder);
            Comparison comparison = new Comparison(expected);
            comparison.compare(model, Collections.nCopies(expected.inputs().size(), null));
            return comparison.outcome();
        }
    }

    private CaseResult.Outcome adapter(Path folder) throws IOException {
        Path base = baseOf(folder);
        try (BaseModel model = load(base)) {
            StoredAdapter stored = StoredAdapter.read(folder, model.config());
            Expected expected = Expected.read(folder);
            Comparison comparison = new Comparison(expected);
            try (ResidentAdapter adapter = model.attach(stored)) {
                comparison.compare(model, Collections.nCopies(expected.inputs().size(), adapter));
            }
            Optional<float[]> merged = expected.mergedLogits();
            if (merged.isPresent()) {
                // PEFT merges a change of the embedding into a head that shares the matrix too, and then computes other
                // logits than unmerged. Here merging changes nothing: such a case is held to the unmerged logits.
                boolean reachesHead = model.config().tiedHead()
                        && stored.effects(model.config(), model::floats).embedding() != null;
                float[] logits = reachesHead ? expected.logits() : merged.get();
                try (BaseModel whole =
                        BaseModel.loadMerged(ModelFiles.open(base), stored, LoadOptions.reference("merged"))) {
                    comparison.compareMerged(whole, logits);
                }
            }
            return comparison.outcome();
        }
    }

    private CaseResult.Outcome mixed(Path folder) throws IOException {
        JsonNode description = JSON.readTree(folder.resolve("case.json").toFile());
        Path base = root.resolve("models").resolve(description.path("model").asText());
        Map<String, ResidentAdapter> attached = new HashMap<>();
        try (BaseModel model = load(base)) {
            try {
                List<@Nullable ResidentAdapter> rows = new ArrayList<>();
                for (JsonNode row : description.path("row_adapters")) {
                    rows.add(row.isNull() ? null : attached(model, row.asText(), attached));
                }
                Comparison comparison = new Comparison(Expected.read(folder));
                comparison.compare(model, rows);
                return comparison.outcome();
            } finally {
                attached.values().forEach(ResidentAdapter::close);
            }
        }
    }

    private ResidentAdapter attached(BaseModel model, String name, Map<String, ResidentAdapter> attached)
            throws IOException {
        ResidentAdapter adapter = attached.get(name);
        if (adapter == null) {
            Path folder = root.resolve("adapters").resolve(name);
            adapter = model.attach(StoredAdapter.read(folder, model.config()));
            attached.put(name, adapter);
        }
        return adapter;
    }

    private CaseResult.Outcome training(Path folder) throws IOException {
        return switch (TrainingConformance.run(folder, root.resolve("models"))) {
            case TrainingConformance.Result.Unsupported(String reason) -> new CaseResult.Unsupported(reason);
            case TrainingConformance.Result.Compared(int steps, double loss, double tensor, int wrongRanks) -> {
                double largest = Math.max(loss, tensor);
                if (loss <= TRAINING_LOSS_TOLERANCE && tensor <= TRAINING_TENSOR_TOLERANCE && wrongRanks == 0) {
                    yield new CaseResult.Passed(largest);
                }
                yield new CaseResult.Failed(
                        largest,
                        "over " + steps + " steps losses differ by " + loss + " relative (at most "
                                + TRAINING_LOSS_TOLERANCE + "), factors at the end by " + tensor + " (at most "
                                + TRAINING_TENSOR_TOLERANCE + "), ranks in use after " + wrongRanks + " steps");
            }
        };
    }

    private static BaseModel load(Path folder) throws IOException {
        return BaseModel.load(folder, LoadOptions.reference(String.valueOf(folder.getFileName())));
    }

    /** An adapter's folder is named after its model, a dash and its kind; the longest model's name that fits. */
    private Path baseOf(Path adapter) throws IOException {
        String name = String.valueOf(adapter.getFileName());
        try (Stream<Path> models = Files.list(root.resolve("models"))) {
            return models.filter(model -> name.startsWith(model.getFileName() + "-"))
                    .max(Comparator.comparingInt(model -> model.toString().length()))
                    .orElseThrow(() -> new MalformedFileException(adapter, "no folder under models is its base"));
        }
    }
}
