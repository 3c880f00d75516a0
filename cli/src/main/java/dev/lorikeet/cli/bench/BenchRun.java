package dev.lorikeet.cli.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.lorikeet.cli.model.ModelStore;
import dev.lorikeet.cli.model.StoredModel;
import dev.lorikeet.cli.terminal.CommandFailure;
import dev.lorikeet.cli.terminal.Terminal;
import dev.lorikeet.engine.bench.PeerModel;
import dev.lorikeet.engine.model.ModelFiles;
import dev.lorikeet.engine.model.Precision;
import dev.lorikeet.engine.model.RandomModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What the benchmarks have in common: their options, and a run of cases with a line of the table each. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class BenchRun {
    private static final String DEFAULT_MODEL = "smollm2-135m-instruct";
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    @Option(
            names = "--model",
            paramLabel = "NAME|PATH",
            description = "A pulled model, a model folder or a GGUF file. Default: " + DEFAULT_MODEL
                    + " if it is pulled, else random weights of its size.")
    private Optional<String> model;

    @Option(
            names = "--precision",
            split = ",",
            paramLabel = "NAME",
            description = "FLOAT32, BFLOAT16 or both. Default: both.")
    private List<Precision> precisions = List.of(Precision.FLOAT32, Precision.BFLOAT16);

    @Option(names = "--case", paramLabel = "WORD", description = "Only cases whose name has this word, as: training.")
    private Optional<String> only;

    @Option(names = "--rounds", defaultValue = "3", description = "Turns of each side. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(names = "--threads", description = "Operator threads of each side. Default: one a core.")
    private Optional<Integer> threads;

    @Option(
            names = "--peer-python",
            paramLabel = "PATH",
            description = "A Python that has torch, transformers and peft: they do the same work, in turns.")
    private Optional<Path> peerPython;

    @Option(names = "--json", description = "Print the figures as JSON.")
    private boolean json;

    /** Operator threads of each side. */
    private int threads() {
        return threads.orElse(Runtime.getRuntime().availableProcessors());
    }

    /**
     * Measures the cases that were asked for.
     *
     * @param attentions what the peer shall use, a side each; null is its default
     */
    int measure(CommandSpec spec, List<BenchCase> all, List<@Nullable String> attentions) throws IOException {
        List<BenchCase> cases = selected(spec, all);
        return withModel((ours, scratch) -> measure(spec, cases, ours, peers(ours, scratch, attentions)));
    }

    /** Measures the parts of the training steps that were asked for. */
    int profile(CommandSpec spec, List<BenchCase> all) throws IOException {
        List<BenchCase> cases = selected(spec, all);
        return withModel((ours, scratch) -> {
            Terminal terminal = Terminal.of(spec);
            List<StepParts> measured = new ArrayList<>();
            for (Precision precision : precisions) {
                for (BenchCase one : cases) {
                    measured.add(StepParts.measure(ours, one, precision, threads(), rounds));
                    if (!json) {
                        terminal.line(measured.getLast().table());
                    }
                }
            }
            if (json) {
                terminal.line(json(measured));
            }
            return 0;
        });
    }

    /** The cases that were asked for, all options checked. */
    private List<BenchCase> selected(CommandSpec spec, List<BenchCase> all) {
        if (rounds < 1) {
            throw new ParameterException(spec.commandLine(), "--rounds must be at least 1");
        }
        if (threads() < 1) {
            throw new ParameterException(spec.commandLine(), "--threads must be at least 1");
        }
        List<BenchCase> cases = all.stream()
                .filter(one -> only.isEmpty() || one.name().contains(only.get()))
                .toList();
        if (cases.isEmpty()) {
            String names = String.join(", ", all.stream().map(BenchCase::name).toList());
            throw new ParameterException(
                    spec.commandLine(), "--case " + only.orElse("") + " matches none of: " + names);
        }
        return cases;
    }

    private int measure(CommandSpec spec, List<BenchCase> cases, Path ours, List<Contender> peers) {
        Terminal terminal = Terminal.of(spec);
        Rounds turns = new Rounds(Contender.engine(ours, threads()), peers, rounds);
        List<Figures> figures = new ArrayList<>();
        if (!json) {
            terminal.line(
                    FiguresTable.header(peers.stream().map(Contender::name).toList()));
        }
        for (Precision precision : precisions) {
            for (BenchCase one : cases) {
                figures.add(turns.run(one, precision));
                if (!json) {
                    terminal.line(FiguresTable.row(figures.getLast()));
                }
            }
        }
        if (json) {
            terminal.line(json(figures));
        }
        return 0;
    }

    /** Work over a model's files, with a folder for scratch. */
    @FunctionalInterface
    private interface Work {
        int over(Path model, Path scratch) throws IOException;
    }

    /** Finds the model, or makes one in the scratch folder, which is removed behind the work. */
    private int withModel(Work work) throws IOException {
        Path scratch = Files.createTempDirectory("lorikeet-bench-");
        try {
            return work.over(findModel(scratch), scratch);
        } finally {
            delete(scratch);
        }
    }

    private Path findModel(Path scratch) throws IOException {
        Optional<StoredModel> stored = ModelStore.ofUser().find(model.orElse(DEFAULT_MODEL));
        if (stored.isPresent()) {
            ModelStore.requireGenerator(stored.get().name(), stored.get().path(), "the benchmark");
            return stored.get().path();
        }
        if (model.isPresent()) {
            throw new CommandFailure("model " + model.get() + " is not here: lorikeet model pull " + model.get());
        }
        Path random = scratch.resolve("random");
        RandomModel.write(random, 1, RandomModel.SMOLLM2_135M);
        return random;
    }

    private List<Contender> peers(Path ours, Path scratch, List<@Nullable String> attentions) throws IOException {
        if (peerPython.isEmpty()) {
            return List.of();
        }
        Path theirs = ours;
        if (!Files.isDirectory(ours)) {
            theirs = scratch.resolve("peer");
            try (ModelFiles files = ModelFiles.open(ours)) {
                PeerModel.write(files, theirs);
            }
        }
        Path home = Path.of(System.getProperty("lorikeet.home", "."));
        List<Contender> peers = new ArrayList<>();
        for (String attention : attentions) {
            Path script = home.resolve("bench").resolve("peer.py");
            peers.add(Contender.peft(peerPython.get(), script, theirs, threads(), attention));
        }
        return peers;
    }

    private static String json(List<?> figures) {
        try {
            return JSON.writeValueAsString(figures);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("figures always become JSON", e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new CommandFailure("cannot remove the scratch folder " + folder + ": " + e.getMessage(), e);
        }
    }
}
