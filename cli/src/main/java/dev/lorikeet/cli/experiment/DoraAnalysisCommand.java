package dev.lorikeet.cli.experiment;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lorikeet experiment dora-analysis}: magnitude and direction. */
@Command(
        name = "dora-analysis",
        description = "Compares how full tuning, DoRA and LoRA change the magnitude and the direction of weights.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class DoraAnalysisCommand implements Callable<Integer> {

    @Mixin
    private ExperimentOptions options;

    @Option(names = "--rank", defaultValue = "8", description = "Of LoRA and DoRA. Default: ${DEFAULT-VALUE}.")
    private int rank;

    @Option(
            names = "--rate",
            defaultValue = "2e-3",
            description = "Learning rate of LoRA and DoRA. Default: ${DEFAULT-VALUE}.")
    private double rate;

    @Option(
            names = "--full-rate",
            defaultValue = "1e-4",
            description = "Learning rate of full tuning. Default: ${DEFAULT-VALUE}.")
    private double fullRate;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (!(rate > 0) || !(fullRate > 0) || rank < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--rate and --full-rate must be above 0, --rank at least 1");
        }
        return options.run(spec, "dora-analysis", new DoraAnalysisExperiment(rank, rate, fullRate));
    }
}
