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
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lorikeet bench engine}: decoding, prefill and training, beside transformers + PEFT in the same run. */
@Command(
        name = "engine",
        description = "Measures decoding, prefill and training of one model; medians of alternating rounds.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class EngineBenchCommand implements Callable<Integer> {

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

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (rounds < 1) {
            throw new ParameterException(spec.commandLine(), "--rounds must be at least 1");
        }
        List<EngineCase> cases = EngineCase.all().stream()
                .filter(one -> only.isEmpty() || one.name().contains(only.get()))
                .toList();
        if (cases.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--case " + only.orElse("") + " matches none of: "
                            + String.join(
                                    ", ",
                                    EngineCase.all().stream()
                                            .map(EngineCase::name)
                                            .toList()));
        }
        Path scratch = Files.createTempDirectory("lorikeet-bench-");
        try {
            return measure(cases, scratch);
        } finally {
            delete(scratch);
        }
    }

    private int measure(List<EngineCase> cases, Path scratch) throws IOException {
        Path ours = findModel(scratch);
        int count = threads.orElse(Runtime.getRuntime().availableProcessors());
        Terminal terminal = Terminal.of(spec);
        List<Figures> figures = new ArrayList<>();
        try (Peer peer = startPeer(ours, scratch, count)) {
            Rounds turns = new Rounds(ours, count, rounds, peer);
            if (!json) {
                terminal.line(FiguresTable.header(peer != null));
            }
            for (Precision precision : precisions) {
                turns.run(precision, cases, one -> {
                    figures.add(one);
                    if (!json) {
                        terminal.line(FiguresTable.row(one));
                    }
                });
            }
        }
        if (json) {
            terminal.line(json(figures));
        }
        return 0;
    }

    private Path findModel(Path scratch) throws IOException {
        Optional<StoredModel> stored = ModelStore.ofUser().find(model.orElse(DEFAULT_MODEL));
        if (stored.isPresent()) {
            return stored.get().path();
        }
        if (model.isPresent()) {
            throw new CommandFailure("model " + model.get() + " is not here: lorikeet model pull " + model.get());
        }
        Path random = scratch.resolve("random");
        RandomModel.write(random, 1, RandomModel.SMOLLM2_135M);
        return random;
    }

    private @Nullable Peer startPeer(Path ours, Path scratch, int count) throws IOException {
        if (peerPython.isEmpty()) {
            return null;
        }
        Path theirs = ours;
        if (!Files.isDirectory(ours)) {
            theirs = scratch.resolve("peer");
            try (ModelFiles files = ModelFiles.open(ours)) {
                PeerModel.write(files, theirs);
            }
        }
        Path home = Path.of(System.getProperty("lorikeet.home", "."));
        return Peer.start(peerPython.get(), home.resolve("bench").resolve("peer.py"), theirs, count);
    }

    private static String json(List<Figures> figures) {
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
