package dev.lorikeet.cli.local;

import dev.lorikeet.cli.platform.LocalRuns;
import dev.lorikeet.cli.terminal.Terminal;
import dev.lorikeet.local.platform.LocalPlatform;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lorikeet down}: ends the platform on this machine. */
@Command(
        name = "down",
        description = "Ends the platform that runs on this machine, services first. Its data stays.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class DownCommand implements Runnable {

    @Option(
            names = "--data",
            paramLabel = "FOLDER",
            defaultValue = "${env:LORIKEET_DATA}",
            description = "Its data folder (default: .lorikeet/data in Lorikeet's folder).")
    private @Nullable Path data;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        Terminal terminal = Terminal.of(spec);
        Optional<LocalPlatform> platform = LocalRuns.attach(Optional.ofNullable(data));
        platform.ifPresent(LocalPlatform::close);
        terminal.line(platform.isPresent() ? "The platform has ended." : "No platform runs here.");
    }
}
