package dev.lorikeet.cli.experiment;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lorikeet experiment matrices}: which matrices to adapt. */
@Command(
        name = "matrices",
        description = "Compares which matrices LoRA adapts, each with the same number of parameters.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class MatricesCommand implements Callable<Integer> {

    @Mixin
    private ExperimentOptions options;

    @Option(
            names = "--rank",
            defaultValue = "4",
            description = "The budget is LoRA of this rank on all linear layers. Default: ${DEFAULT-VALUE}.")
    private int rank;

    @Option(names = "--rate", defaultValue = "2e-3", description = "Learning rate. Default: ${DEFAULT-VALUE}.")
    private double rate;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (!(rate > 0) || rank < 1) {
            throw new ParameterException(spec.commandLine(), "--rate must be above 0, --rank at least 1");
        }
        return options.run(spec, "matrices", new MatricesExperiment(rank, rate));
    }
}
