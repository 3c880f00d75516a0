package dev.lorikeet.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.Precision;
import dev.lorikeet.engine.weights.SafetensorsFile;
import dev.lorikeet.engine.weights.SafetensorsWriter;
import dev.lorikeet.engine.weights.StoredTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Adapters that we write load in PEFT and give the same logits. Where {@code LORIKEET_PEER_PYTHON} names a Python with
 * torch, transformers and peft, PEFT itself is asked; else what it said of the same files, byte for byte, is in the
 * resources: {@code LORIKEET_PEER_WRITE=true} renews that.
 */
class PeerTest {
    private static final Path RESOURCES = Path.of("src/test/resources/peer");
    private static final Path VECTORS = RESOURCES.resolve("logits.safetensors");
    private static final Path DIGESTS = RESOURCES.resolve("digests.json");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, BaseModel> BASES = new HashMap<>();

    private static final String TRAINED = "-trained";

    /** An adapter that PEFT is to load. */
    private record Written(String name, BaseModel base, PeerCase peer, StoredAdapter adapter) {}

    @TempDir
    private Path folder;

    @AfterAll
    static void close() {
        BASES.values().forEach(BaseModel::close);
        BASES.clear();
    }

    private static BaseModel base(PeerCase peer) {
        return BASES.computeIfAbsent(peer.model(), name -> TinyModel.load(name, Precision.FLOAT32));
    }

    private static List<PeerCase> cases() {
        return PeerCase.all();
    }

    /** The last position's logits alone are kept. */
    @ParameterizedTest
    @MethodSource("cases")
    void filesThatPeftLoadedAreWrittenAndServedTodayAsThen(PeerCase peer) throws IOException {
        StoredAdapter adapter = peer.drawn(base(peer).config(), folder);
        adapter.write(folder.resolve(peer.name()));

        JsonNode digests = JSON.readTree(DIGESTS.toFile()).path(peer.name());
        digests(folder.resolve(peer.name()))
                .forEach((file, digest) ->
                        assertThat(digest).as(file).isEqualTo(digests.path(file).asText()));
        try (SafetensorsFile vectors = SafetensorsFile.open(VECTORS)) {
            float[] expected = vectors.floats(peer.name());
            StoredAdapter read =
                    StoredAdapter.read(folder.resolve(peer.name()), base(peer).config());
            float[] logits = PeerCase.logits(base(peer), read);
            assertThat(Arrays.copyOfRange(logits, logits.length - expected.length, logits.length))
                    .containsExactly(expected, within(1e-4f));
        }
    }

    @Test
    void adaptersLoadInPeftAndGiveTheSameLogits() throws IOException, InterruptedException {
        String python = System.getenv("LORIKEET_PEER_PYTHON");
        assumeThat(python)
                .as("LORIKEET_PEER_PYTHON names a Python with torch, transformers and peft")
                .isNotNull();
        List<Written> adapters = new ArrayList<>();
        for (PeerCase peer : cases()) {
            adapters.add(new Written(
                    peer.name(), base(peer), peer, peer.drawn(base(peer).config(), folder)));
            TrainableConfig config = peer.config(folder);
            if (!base(peer).config().blueprint().encoder() || !config.labels().isEmpty()) {
                StoredAdapter trained = MethodChecks.trained(base(peer), config, 1e-2, 6);
                adapters.add(new Written(peer.name() + TRAINED, base(peer), peer, trained));
            }
        }
        ArrayNode job = JSON.createArrayNode();
        for (Written written : adapters) {
            Path files = folder.resolve("ours").resolve(written.name());
            written.adapter().write(files);
            ObjectNode task = job.addObject();
            task.put("name", written.name());
            task.put("model", written.peer().modelFolder().toString());
            task.put("adapter", files.toString());
            task.set("ids", JSON.valueToTree(PeerCase.TEXT));
        }

        run(python, job);

        JsonNode report = JSON.readTree(folder.resolve("report.json").toFile());
        List<StoredTensor> vectors = new ArrayList<>();
        SoftAssertions checks = new SoftAssertions();
        try (SafetensorsFile logits = SafetensorsFile.open(folder.resolve("logits.safetensors"))) {
            for (Written written : adapters) {
                String name = written.name();
                JsonNode said = report.path(name);
                if (said.has("error")) {
                    checks.fail(name + ": " + said.path("error").asText());
                    continue;
                }
                float[] theirs = logits.floats(name);
                checks.assertThat(difference(name, written, theirs)).as(name).isLessThan(1e-4);
                checks.assertThat(said.path("moved").asDouble()).as(name).isLessThan(1e-5);
                checks.assertThat(said.path("unknown")).as(name).isEmpty();
                // What PEFT saves besides is in the base, or the same once more.
                checks.assertThat(said.path("missing"))
                        .as(name)
                        .allMatch(key -> written.adapter().config().redundant(key.asText()));
                checks.assertThat(saved(written))
                        .as(name)
                        .isEqualTo(written.adapter().tensors());
                if (!name.endsWith(TRAINED)) {
                    int last = Math.toIntExact(logits.info(name).shape().getLast());
                    float[] kept = Arrays.copyOfRange(theirs, theirs.length - last, theirs.length);
                    vectors.add(StoredTensor.of(name, List.of((long) last), kept));
                }
            }
        }
        checks.assertAll();
        if (Boolean.parseBoolean(System.getenv("LORIKEET_PEER_WRITE"))) {
            write(vectors);
        }
    }

    /** The adapter's tensors as PEFT saved them again. */
    private AdapterTensors saved(Written written) throws IOException {
        return StoredAdapter.read(
                        folder.resolve("saved").resolve(written.name()),
                        written.base().config())
                .tensors();
    }

    private static double difference(String name, Written written, float[] theirs) {
        float[] ours = PeerCase.logits(written.base(), written.adapter());
        double largest = ours.length == theirs.length ? 0 : Double.POSITIVE_INFINITY;
        for (int i = 0; i < Math.min(ours.length, theirs.length); i++) {
            largest = Math.max(largest, Math.abs(ours[i] - theirs[i]));
        }
        System.out.printf("%-32s %.1e%n", name, largest);
        return largest;
    }

    private void run(String python, ArrayNode job) throws IOException, InterruptedException {
        Path jobFile = folder.resolve("job.json");
        JSON.writeValue(jobFile.toFile(), job);
        Path log = folder.resolve("log");
        Process process = new ProcessBuilder(
                        python, RESOURCES.resolve("load.py").toString(), jobFile.toString(), folder.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean ended = process.waitFor(10, TimeUnit.MINUTES);
        process.destroyForcibly();
        assertThat(ended && process.exitValue() == 0).as(Files.readString(log)).isTrue();
    }

    private void write(List<StoredTensor> vectors) throws IOException {
        Map<String, Map<String, String>> digests = new TreeMap<>();
        for (StoredTensor vector : vectors) {
            String name = vector.info().name();
            digests.put(name, digests(folder.resolve("ours").resolve(name)));
        }
        SafetensorsWriter.write(VECTORS, vectors, Map.of());
        Files.writeString(DIGESTS, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(digests) + "\n");
    }

    private static Map<String, String> digests(Path adapter) throws IOException {
        Map<String, String> digests = new TreeMap<>();
        for (String file : List.of(StoredAdapter.CONFIG_FILE, StoredAdapter.WEIGHTS_FILE)) {
            digests.put(file, Digests.ofFile(adapter.resolve(file)));
        }
        return digests;
    }
}
