package dev.lorikeet.cli.bench;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lorikeet bench}: groups the benchmarks. */
@Command(
        name = "bench",
        description = "Measures this machine's work.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            EngineBenchCommand.class,
            TrainingBenchCommand.class,
            OptionsBenchCommand.class,
            WorkerCommand.class
        })
public final class BenchCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which benchmark? One of those below.");
    }
}
