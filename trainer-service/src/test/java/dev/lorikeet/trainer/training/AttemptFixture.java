package dev.lorikeet.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.registry.Registry;
import dev.lorikeet.registry.adapter.AdapterState;
import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.DatasetAddress;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.trainer.attempt.Assignment;
import dev.lorikeet.trainer.attempt.AttemptKey;
import dev.lorikeet.trainer.attempt.Jobs;
import dev.lorikeet.trainer.attempt.RunOutcome;
import dev.lorikeet.trainer.loop.RunControl;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole attempts over a tiny model and a store in memory. */
@Timeout(120)
@SuppressWarnings("NullAway.Init") // Filled in before the first test.
abstract class AttemptFixture {
    static final AdapterName ADAPTER = new AdapterName("triage");

    static final Duration LEASE = Duration.ofMinutes(1);

    static BaseModel model;

    final TroubledStore store = new TroubledStore();

    final Registry registry = Registry.over(store);

    final List<AdapterState> announced = new CopyOnWriteArrayList<>();

    final AtomicReference<Duration> now = new AtomicReference<>(Duration.ZERO);

    final RunControl control = control();

    SizeLimit limit = new SizeLimit(1_000_000);

    @TempDir
    Path scratch;

    @BeforeAll
    static void loadModel(@TempDir Path folder) throws IOException {
        model = BaseModel.load(TinyModel.write(folder), LoadOptions.parse(TinyModel.NAME, "cpu", "float32", 1));
    }

    @AfterAll
    static void closeModel() {
        model.close();
    }

    RunOutcome run(Assignment assignment, RunControl running, ScriptedListener listener) {
        return new AttemptRunner(
                        model,
                        registry,
                        announced::add,
                        new Scratch(scratch.resolve(
                                assignment.key().job() + "-" + assignment.key().number())),
                        new Patience(3, Duration.ZERO),
                        limit)
                .run(assignment, running, listener);
    }

    List<Path> leftovers() throws IOException {
        try (var paths = Files.walk(scratch)) {
            return paths.filter(path -> path.getFileName().toString().startsWith("attempt-"))
                    .toList();
        }
    }

    RunControl control() {
        return new RunControl(now::get, LEASE);
    }

    static ScriptedListener listener() {
        return new ScriptedListener(step -> {}, phase -> {});
    }

    DatasetAddress dataset() {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 6; i++) {
            lines.append("{\"prompt\": \"colour ").append(i).append("?\", \"completion\": \" it is blue\"}\n");
        }
        lines.append("{\"messages\": [{\"role\": \"user\", \"content\": \"hi\"}, ")
                .append("{\"role\": \"assistant\", \"content\": \"hello\"}]}\n");
        return registry.datasets().put(Jobs.ACME, lines.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** The same about pictures of one pixel. */
    DatasetAddress picturedDataset() {
        String pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 7; i++) {
            lines.append("{\"image\": \"data:image/png;base64,")
                    .append(pixel)
                    .append("\", \"prompt\": \"colour ")
                    .append(i)
                    .append("?\", \"completion\": \" it is red\"}\n");
        }
        return registry.datasets().put(Jobs.ACME, lines.toString().getBytes(StandardCharsets.UTF_8));
    }

    static Assignment assignment(int attempt, DatasetAddress dataset) {
        return assignment("j-a", attempt, dataset);
    }

    static Assignment assignment(String job, int attempt, DatasetAddress dataset) {
        return new Assignment(
                new AttemptKey(new JobId(job), attempt),
                Jobs.ACME,
                Jobs.job(ADAPTER.value(), TinyModel.NAME, dataset, 12, 5),
                LEASE);
    }

    static RunOutcome.Published published(RunOutcome outcome) {
        assertThat(outcome).isInstanceOf(RunOutcome.Published.class);
        return (RunOutcome.Published) outcome;
    }
}
