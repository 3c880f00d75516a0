package dev.lorikeet.cli.doctor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.lorikeet.cli.model.ModelStore;
import dev.lorikeet.cli.platform.LocalRuns;
import dev.lorikeet.cli.platform.Platform;
import dev.lorikeet.cli.platform.PlatformOptions;
import dev.lorikeet.cli.terminal.Terminal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lorikeet doctor}: one line a finding, and what to do. */
@Command(
        name = "doctor",
        description = "Looks at this machine and at the running platform: ok, warn or fail, and what to do."
                + " Exit code 1 if anything fails.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class DoctorCommand implements Callable<Integer> {

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private static final String DEMO_MODEL = "smollm2-135m-instruct";

    @Mixin
    private PlatformOptions options;

    @Option(names = "--json", description = "Print the findings as JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws JsonProcessingException {
        Platform platform = options.find();
        Terminal terminal = Terminal.of(spec);
        List<Check> checks = new ArrayList<>(machine(options.data().orElseGet(LocalRuns::defaultData)));
        checks.addAll(ports(platform));
        checks.addAll(PlatformChecks.of(platform));
        if (platform.serving().isEmpty() && platform.kafka().isEmpty()) {
            checks.add(Check.ok("platform", "none runs here; ./lorikeet up starts one"));
        }
        if (json) {
            terminal.line(JSON.writeValueAsString(checks));
        } else {
            print(terminal, checks);
        }
        return checks.stream().anyMatch(check -> check.level() == Check.Level.FAIL) ? 1 : 0;
    }

    private static List<Check> machine(Path data) {
        return List.of(
                MachineChecks.jdk(
                        Runtime.version().feature(), Runtime.version() + " at " + System.getProperty("java.home")),
                MachineChecks.cores(Runtime.getRuntime().availableProcessors()),
                MachineChecks.memory(Machine.memory()),
                MachineChecks.disk(Machine.freeDisk(data), data.toString()),
                MachineChecks.bfloat16(Machine.processorFlags()),
                MachineChecks.gpu(
                        Machine.output("nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader")),
                MachineChecks.docker(Machine.output("docker", "version", "--format", "{{.Server.Version}}")),
                MachineChecks.pip(Machine.output("python3", "-m", "pip", "--version")),
                MachineChecks.model(ModelStore.ofUser()
                        .find(DEMO_MODEL)
                        .map(model -> model.path().toString())));
    }

    private static List<Check> ports(Platform platform) {
        Map<Integer, String> uses = new LinkedHashMap<>();
        uses.put(7700, "serving-service");
        uses.put(7701, "scheduler-service");
        uses.put(7702, "trainer-service");
        uses.put(9092, "Kafka");
        uses.put(9000, "the object store");
        List<Check> checks = new ArrayList<>();
        String addresses = platform.serving().orElse("") + " "
                + platform.scheduler().orElse("") + " "
                + platform.kafka().orElse("") + " "
                + platform.store().map(store -> store.endpoint().toString()).orElse("") + " ";
        boolean runs = platform.serving().isPresent();
        uses.forEach((port, use) -> checks.add(MachineChecks.port(
                port, use, Machine.portIsFree(port), runs && (port == 7702 || addresses.contains(":" + port + " ")))));
        return checks;
    }

    private static void print(Terminal terminal, List<Check> checks) {
        int width =
                checks.stream().mapToInt(check -> check.name().length()).max().orElse(0);
        for (Check check : checks) {
            String mark = switch (check.level()) {
                case OK -> terminal.good("ok  ");
                case WARN -> terminal.bold("warn");
                case FAIL -> terminal.bad("fail");
            };
            terminal.line(
                    mark + "  " + check.name() + " ".repeat(width - check.name().length()) + "  " + check.detail());
            if (!check.advice().isEmpty()) {
                terminal.line(" ".repeat(width + 8) + terminal.faint(check.advice()));
            }
        }
    }
}
