package dev.lorikeet.cli.conformance;

import dev.lorikeet.cli.terminal.CommandFailure;
import dev.lorikeet.cli.terminal.Terminal;
import dev.lorikeet.engine.conformance.CaseResult;
import dev.lorikeet.engine.conformance.Conformance;
import dev.lorikeet.engine.conformance.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lorikeet conformance}: does this machine compute what transformers and PEFT compute? */
@Command(
        name = "conformance",
        description = {
            "Runs all reference cases found under a folder (models, adapters, mixed-batch, training), a line a case with"
                    + " its largest difference.",
            "Exit code 1 if a case fails; what this engine does not compute is reported as unsupported."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class ConformanceCommand implements Callable<Integer> {

    @Parameters(paramLabel = "DIR", description = "The folder with the cases.")
    private Path folder;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the results to a file.")
    private @Nullable Path json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Terminal terminal = Terminal.of(spec);
        if (!Files.isDirectory(folder)) {
            throw new CommandFailure("There is no folder " + folder + ".");
        }
        Report report;
        try {
            report = Conformance.run(folder, result -> terminal.line(line(terminal, result)));
        } catch (IOException unreadable) {
            throw new CommandFailure(String.valueOf(unreadable.getMessage()), unreadable);
        }
        if (json != null) {
            Files.writeString(json, report.json() + "\n");
        }
        terminal.line("%d passed, %d failed, %d unsupported"
                .formatted(report.passed(), report.failed(), report.unsupported()));
        return report.failed() == 0 ? 0 : 1;
    }

    private static String line(Terminal terminal, CaseResult result) {
        return switch (result.outcome()) {
            case CaseResult.Passed(double difference) ->
                terminal.good("pass") + "         " + result.name() + "  " + number(difference);
            case CaseResult.Failed(double difference, String reason) ->
                terminal.bad("FAIL") + "         " + result.name() + "  " + number(difference) + "  " + reason;
            case CaseResult.Unsupported(String reason) ->
                terminal.faint("unsupported") + "  " + result.name() + "  " + reason;
        };
    }

    private static String number(double difference) {
        return Double.isNaN(difference) ? "-" : String.format(Locale.ROOT, "%.2e", difference);
    }
}
