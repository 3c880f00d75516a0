package dev.lorikeet.cli.experiment;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.lorikeet.cli.experiment.data.Corpus;
import dev.lorikeet.cli.experiment.data.E2eFile;
import dev.lorikeet.cli.experiment.data.MadeTask;
import dev.lorikeet.cli.experiment.data.MalformedDataException;
import dev.lorikeet.cli.experiment.result.ResultLog;
import dev.lorikeet.cli.model.ModelStore;
import dev.lorikeet.cli.model.StoredModel;
import dev.lorikeet.cli.terminal.CommandFailure;
import dev.lorikeet.cli.terminal.Terminal;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.engine.model.UnsupportedModelException;
import dev.lorikeet.engine.weights.MalformedFileException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What the experiments have in common: their options, and how one is done from beginning to end. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ExperimentOptions {
    private static final String DEFAULT_MODEL = "smollm2-135m-instruct";
    private static final String SMALL = "small";
    /** Exit code of an experiment that was told to stop. */
    static final int STOPPED = 130;

    private static final int MADE_MEANINGS = 900;
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    @Option(
            names = "--model",
            paramLabel = "NAME|PATH|small",
            description =
                    "A pulled model, a model folder or a GGUF file; 'small' is a model of four layers that the command"
                            + " makes and trains itself. Default: " + DEFAULT_MODEL + " if it is pulled, else small.")
    private Optional<String> model;

    @Option(
            names = "--small-steps",
            defaultValue = "1200",
            description = "Optimizer steps of the making of the small model. Default: ${DEFAULT-VALUE}.")
    private int smallSteps;

    @Option(
            names = "--data",
            split = ",",
            paramLabel = "FILE",
            description = "Files of E2E's form, a line meaning||reference. Default: a task that the command makes.")
    private List<Path> data = List.of();

    @Option(
            names = "--steps",
            defaultValue = "60",
            description = "Optimizer steps of a run. Default: ${DEFAULT-VALUE}.")
    private int steps;

    @Option(names = "--rows", defaultValue = "4", description = "Examples of a step. Default: ${DEFAULT-VALUE}.")
    private int rows;

    @Option(names = "--seeds", defaultValue = "3", description = "Seeds of each run. Default: ${DEFAULT-VALUE}.")
    private int seeds;

    @Option(
            names = "--held-out",
            defaultValue = "48",
            description = "Meanings to report on; half as many are to choose rates by. Default: ${DEFAULT-VALUE}.")
    private int heldOut;

    @Option(
            names = "--answers",
            defaultValue = "16",
            description =
                    "Held-out meanings that every run's adapter says, greedily, for BLEU and the values said; 0 for"
                            + " none. Default: ${DEFAULT-VALUE}.")
    private int answers;

    @Option(names = "--threads", description = "Operator threads. Default: one a core.")
    private Optional<Integer> threads;

    @Option(
            names = "--precision",
            defaultValue = "auto",
            description = "auto, float32 or bfloat16. Default: ${DEFAULT-VALUE}.")
    private String precision;

    @Option(
            names = "--out",
            defaultValue = "experiments",
            description = "Folder for tables, charts and results. Default: ${DEFAULT-VALUE}.")
    private Path out;

    @Option(
            names = "--resume",
            description =
                    "Go on with the finished runs that are in the folder; runs of other settings stay and do not count.")
    private boolean resume;

    @Option(
            names = "--tables",
            description = "Train nothing: make tables and charts of the finished runs that are in the folder.")
    private boolean tables;

    @Option(names = "--json", description = "Print the results of all runs as JSON instead of the tables.")
    private boolean json;

    /** Operator threads. */
    private int threads() {
        return threads.orElse(Runtime.getRuntime().availableProcessors());
    }

    /** An experiment that needs to know where the model's files are. */
    @FunctionalInterface
    interface OverFiles {
        Experiment of(Path model);
    }

    /** Does an experiment, writes its report, and prints it. */
    int run(CommandSpec spec, String name, Experiment experiment) throws IOException {
        return runOver(spec, name, model -> experiment);
    }

    /** The same with the model's files. */
    int runOver(CommandSpec spec, String name, OverFiles experiment) throws IOException {
        Conditions conditions = conditions(spec);
        Terminal terminal = Terminal.of(spec);
        ResultLog log = ResultLog.open(out.resolve(name + ".jsonl"));
        if (tables && log.size() == 0) {
            throw new CommandFailure(log.file() + " has no finished runs to make tables of");
        }
        if (log.size() > 0 && !resume && !tables) {
            throw new CommandFailure(log.file() + " has " + log.size()
                    + " finished runs: go on with them by --resume, or give another --out");
        }
        try (StopRequest stop = StopRequest.listen()) {
            Progress progress = new Progress(json ? line -> {} : terminal::line, stop::requested);
            try {
                over(experiment, name, conditions, log, progress, terminal);
                return 0;
            } catch (StoppedException e) {
                // Here, since nothing is printed once the process may end.
                PrintWriter err = spec.commandLine().getErr();
                err.println(e.getMessage() + ": " + log.file() + " has " + log.size()
                        + " finished runs; go on by --resume, or see them by --tables");
                err.flush();
                return STOPPED;
            }
        }
    }

    private void over(
            OverFiles experiment,
            String name,
            Conditions conditions,
            ResultLog log,
            Progress progress,
            Terminal terminal)
            throws IOException {
        Corpus corpus = corpus();
        StoredModel found = model(progress);
        try (BaseModel base = BaseModel.load(found.path(), loadOptions(found.name()))) {
            if (base.config().blueprint().encoder()) {
                throw new CommandFailure(
                        found.name() + " is an encoder: experiments need a model that continues texts");
            }
            Study study = new Study(base, ExampleRows.of(corpus, base), conditions, log, progress, tables);
            Report report = experiment.of(found.path()).over(study);
            report.write(out, name);
            terminal.line(json ? JSON.writeValueAsString(log.used()) : report.markdown());
            progress.say("Written to " + out.resolve(name + ".md"));
        } catch (MalformedFileException | UnsupportedModelException | IllegalArgumentException e) {
            // A model or a setting that does not go; a bug is no IllegalArgumentException here.
            throw new CommandFailure(String.valueOf(e.getMessage()), e);
        }
    }

    private Conditions conditions(CommandSpec spec) {
        if (threads() < 1 || heldOut < 1 || smallSteps < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--threads, --held-out and --small-steps must be at least 1");
        }
        try {
            return new Conditions(steps, rows, seeds, answers);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
    }

    private Corpus corpus() throws IOException {
        try {
            return data.isEmpty()
                    ? Corpus.split(
                            "made task (" + MadeTask.RESTAURANTS.name() + ")",
                            MadeTask.RESTAURANTS.meanings(1, MADE_MEANINGS),
                            1,
                            heldOut)
                    : Corpus.split(
                            "E2E ("
                                    + data.stream()
                                            .map(Path::getFileName)
                                            .map(String::valueOf)
                                            .collect(Collectors.joining(", "))
                                    + ")",
                            E2eFile.read(data),
                            1,
                            heldOut);
        } catch (NoSuchFileException e) {
            throw new CommandFailure("no readable file " + e.getFile(), e);
        } catch (MalformedDataException | IllegalArgumentException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), e);
        }
    }

    private LoadOptions loadOptions(String name) {
        try {
            return LoadOptions.parse(name, "auto", precision, threads());
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), e);
        }
    }

    private StoredModel model(Progress progress) throws IOException {
        if (model.equals(Optional.of(SMALL))) {
            return small(progress);
        }
        Optional<StoredModel> stored = ModelStore.ofUser().find(model.orElse(DEFAULT_MODEL));
        if (stored.isPresent()) {
            if (!Files.exists(stored.get().path())) {
                throw new CommandFailure("no model at " + stored.get().path());
            }
            return stored.get();
        }
        if (model.isPresent()) {
            throw new CommandFailure("model " + model.get() + " is not here: lorikeet model pull " + model.get());
        }
        return small(progress);
    }

    private StoredModel small(Progress progress) throws IOException {
        Files.createDirectories(out);
        Path path = new SmallModel(SmallModel.SIZES, smallSteps, threads()).in(out, progress);
        return new StoredModel("small model of " + smallSteps + " steps", path, "made here", List.of());
    }
}
