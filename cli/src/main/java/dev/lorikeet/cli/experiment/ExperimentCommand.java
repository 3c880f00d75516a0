package dev.lorikeet.cli.experiment;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lorikeet experiment}: groups the experiments. */
@Command(
        name = "experiment",
        description = "Trains adapters side by side on one task and compares them in tables and charts.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            MatricesCommand.class,
            RanksCommand.class,
            MethodsCommand.class,
            AdaLoraRanksCommand.class,
            DoraAnalysisCommand.class,
            LatencyCommand.class
        })
public final class ExperimentCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which experiment? One of those below.");
    }
}
