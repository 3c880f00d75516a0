package dev.lorikeet.cli.experiment;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lorikeet experiment adalora-ranks}: where AdaLoRA leaves its ranks. */
@Command(
        name = "adalora-ranks",
        description = "Shows AdaLoRA's rank of every layer and matrix at the end of training.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class AdaLoraRanksCommand implements Callable<Integer> {

    @Mixin
    private ExperimentOptions options;

    @Option(names = "--rank", defaultValue = "4", description = "Mean rank at the end. Default: ${DEFAULT-VALUE}.")
    private int rank;

    @Option(names = "--rate", defaultValue = "1e-2", description = "Learning rate. Default: ${DEFAULT-VALUE}.")
    private double rate;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (!(rate > 0) || rank < 1) {
            throw new ParameterException(spec.commandLine(), "--rate must be above 0, --rank at least 1");
        }
        return options.run(spec, "adalora-ranks", new AdaLoraRanksExperiment(rank, rate));
    }
}
