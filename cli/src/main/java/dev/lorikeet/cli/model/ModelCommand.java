package dev.lorikeet.cli.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.cli.terminal.CommandFailure;
import dev.lorikeet.cli.terminal.Table;
import dev.lorikeet.cli.terminal.Terminal;
import dev.lorikeet.engine.model.ModelFiles;
import dev.lorikeet.engine.weights.TensorInfo;
import java.io.IOException;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lorikeet model}: the base models on this machine. */
@Command(
        name = "model",
        description = "Pulls, lists and checks base models.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Models are kept in LORIKEET_MODELS, else in lorikeet/models under XDG_CACHE_HOME or ~/.cache.",
            "HF_ENDPOINT names another model hub, HF_TOKEN is the token for models that need one."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class ModelCommand implements Runnable {
    private static final String MODEL = "A name such as " + ModelReference.DEFAULT
            + ", a model hub's id (organisation/model), or the path of a model folder or GGUF file.";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command? One of those below.");
    }

    @Command(
            name = "pull",
            description = "Brings a base model to this machine, or verifies the one that is here.",
            mixinStandardHelpOptions = true)
    void pull(
            @Parameters(paramLabel = "MODEL", defaultValue = ModelReference.DEFAULT, description = MODEL) String model,
            @Option(names = "--json", description = "Print the result as JSON.") boolean json) {
        var terminal = Terminal.of(spec);
        var stored = ModelPull.ofUser().pull(model, new BarProgress(System.err, terminal.live() && !json));
        if (json) {
            terminal.line(json(describe(stored)));
        } else {
            terminal.line(stored.name() + " is at " + stored.path());
        }
    }

    @Command(name = "list", description = "The base models in the store.", mixinStandardHelpOptions = true)
    void list(@Option(names = "--json", description = "Print the list as JSON.") boolean json) {
        var terminal = Terminal.of(spec);
        var models = ModelStore.ofUser().list();
        if (json) {
            var list = MAPPER.createArrayNode();
            models.forEach(model -> list.add(describe(model)));
            terminal.line(list.toString());
            return;
        }
        if (models.isEmpty()) {
            terminal.line("No models yet: `./lorikeet model pull` brings " + ModelReference.DEFAULT + ".");
            return;
        }
        var table = new Table("MODEL", "SIZE", "SOURCE", "PATH");
        for (var model : models) {
            table.row(
                    model.name(),
                    String.format(Locale.ROOT, "%.1f MB", model.bytes() / 1e6),
                    model.source(),
                    model.path().toString());
        }
        table.print(terminal);
    }

    @Command(name = "path", description = "Where a base model is.", mixinStandardHelpOptions = true)
    void path(
            @Parameters(paramLabel = "MODEL", defaultValue = ModelReference.DEFAULT, description = MODEL) String model,
            @Option(names = "--json", description = "Print the answer as JSON.") boolean json) {
        var stored = present(model);
        Terminal.of(spec).line(json ? json(describe(stored)) : stored.path().toString());
    }

    @Command(
            name = "check",
            description = "Verifies a base model's checksums and whether this engine can run it.",
            mixinStandardHelpOptions = true)
    void check(
            @Parameters(paramLabel = "MODEL", defaultValue = ModelReference.DEFAULT, description = MODEL) String model,
            @Option(names = "--json", description = "Print the findings as JSON.") boolean json) {
        var stored = present(model);
        var damage = ModelStore.damage(stored);
        if (!damage.isEmpty()) {
            throw new CommandFailure("The model " + stored.name() + " is damaged: " + String.join(", ", damage)
                    + ". `./lorikeet model pull " + model + "` brings it anew.");
        }
        try (var files = ModelFiles.open(stored.path())) {
            var config = files.config();
            long parameters = files.weights().tensors().stream()
                    .mapToLong(TensorInfo::elements)
                    .sum();
            var findings = describe(stored)
                    .put("family", config.family().modelType())
                    .put("parameters", parameters)
                    .put("layers", config.layers())
                    .put("hiddenSize", config.hiddenSize())
                    .put("contextLength", config.contextLength())
                    .put("vocabularySize", config.vocabularySize())
                    .put("chatTemplate", files.chatTemplate().defined())
                    .put("digest", files.digest());
            if (config.blueprint().encoder()) {
                findings.put("labels", String.join(", ", config.labels()));
            }
            var terminal = Terminal.of(spec);
            if (json) {
                terminal.line(json(findings));
                return;
            }
            findings.remove("files");
            findings.properties()
                    .forEach(each -> terminal.line(String.format(
                            Locale.ROOT,
                            "%-15s %s",
                            each.getKey(),
                            each.getValue().asText())));
        } catch (IOException e) {
            throw new CommandFailure("This engine cannot run the model: " + e.getMessage(), e);
        }
    }

    private static StoredModel present(String model) {
        return ModelStore.ofUser()
                .find(model)
                .orElseThrow(() -> new CommandFailure("The model " + model
                        + " is not on this machine: `./lorikeet model pull " + model + "` brings it."));
    }

    private static ObjectNode describe(StoredModel model) {
        var node = MAPPER.createObjectNode()
                .put("name", model.name())
                .put("path", model.path().toString())
                .put("source", model.source())
                .put("bytes", model.bytes());
        var files = node.putArray("files");
        for (var file : model.files()) {
            files.addObject()
                    .put("name", file.name())
                    .put("bytes", file.bytes())
                    .put("sha256", file.sha256());
        }
        return node;
    }

    private static String json(ObjectNode node) {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree without a JSON form", e);
        }
    }
}
