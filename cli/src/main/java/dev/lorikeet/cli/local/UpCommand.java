package dev.lorikeet.cli.local;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.cli.platform.LocalRun;
import dev.lorikeet.cli.platform.LocalRuns;
import dev.lorikeet.cli.terminal.CommandFailure;
import dev.lorikeet.cli.terminal.Table;
import dev.lorikeet.cli.terminal.Terminal;
import dev.lorikeet.local.platform.LocalPlatform;
import dev.lorikeet.local.platform.LocalSettings;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lorikeet up}: starts the whole platform on this machine. */
@Command(
        name = "up",
        description = {
            "Starts the whole platform on this machine: Kafka, object store, scheduler, trainer, serving.",
            "Prints addresses and development keys, then stays until Ctrl-C."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class UpCommand implements Runnable {

    @Mixin
    private LocalOptions options;

    @Option(
            names = "--tenants",
            split = ",",
            paramLabel = "NAME",
            defaultValue = "acme,globex",
            description = "Who gets a development key (default: ${DEFAULT-VALUE}).")
    private List<String> tenants;

    @Option(names = "--detach", description = "End when everything is ready; `lorikeet down` ends the platform.")
    private boolean detach;

    @Option(names = "--json", description = "Print addresses and keys as JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        Terminal terminal = Terminal.of(spec);
        if (options.running().isPresent()) {
            throw new CommandFailure("The platform of " + options.data() + " runs already: `lorikeet doctor` shows how"
                    + " it is, `lorikeet down` ends it.");
        }
        LocalSettings.BaseModel model = options.baseModel(terminal);
        if (!json) {
            terminal.line("Starting Kafka, object store and services over " + model.path() + " ...");
        }
        LocalPlatform platform;
        try {
            platform = options.start(model, tenants, detach);
        } catch (IOException failure) {
            throw new CommandFailure("Cannot write " + options.data() + ": " + failure.getMessage(), failure);
        }
        LocalRun run = LocalRuns.of(platform);
        if (json) {
            terminal.line(json(run));
        } else {
            print(terminal, run);
        }
        if (detach) {
            if (!json) {
                terminal.line("It stays up; `./lorikeet down` ends it.");
            }
            return;
        }
        if (!json) {
            terminal.line("Ctrl-C ends it.");
        }
        Waiting.whileRunning(platform);
    }

    private static void print(Terminal terminal, LocalRun run) {
        new Table("PART", "ADDRESS")
                .row("serving-service (gRPC, HTTP)", run.serving())
                .row("scheduler-service (gRPC, HTTP)", run.scheduler())
                .row("Kafka", run.kafka())
                .row("object store", run.store().endpoint() + "/" + run.store().bucket())
                .print(terminal);
        terminal.line("");
        Table keys = new Table("TENANT", "DEVELOPMENT KEY (authorization: Bearer ...)");
        run.keys().forEach(keys::row);
        keys.print(terminal);
        terminal.line("");
    }

    /** Addresses and keys for programs; the store's credentials are among them, so that datasets can be uploaded. */
    static String json(LocalRun run) {
        ObjectNode document = new ObjectMapper().createObjectNode();
        document.put("serving", run.serving()).put("scheduler", run.scheduler()).put("kafka", run.kafka());
        document.putObject("store")
                .put("endpoint", run.store().endpoint().toString())
                .put("bucket", run.store().bucket())
                .put("accessKey", run.store().accessKey())
                .put("secretKey", run.store().secretKey())
                .put("region", run.store().region());
        ObjectNode keys = document.putObject("keys");
        run.keys().forEach(keys::put);
        return document.toString();
    }
}
