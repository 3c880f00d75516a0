package dev.lorikeet.cli.experiment;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lorikeet experiment ranks}: LoRA from rank 1 to 64. */
@Command(name = "ranks", description = "Compares ranks of LoRA on queries and values.", mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class RanksCommand implements Callable<Integer> {

    @Mixin
    private ExperimentOptions options;

    @Option(names = "--ranks", split = ",", description = "Default: 1,2,4,8,16,32,64.")
    private List<Integer> ranks = List.of(1, 2, 4, 8, 16, 32, 64);

    @Option(
            names = "--rate",
            defaultValue = "3e-3",
            description = "The middle of the learning rates tried. Default: ${DEFAULT-VALUE}.")
    private double rate;

    @Mixin
    private TuningOptions tuning;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (!(rate > 0) || ranks.stream().anyMatch(rank -> rank < 1)) {
            throw new ParameterException(spec.commandLine(), "--rate must be above 0, every one of --ranks at least 1");
        }
        return options.run(spec, "ranks", new RanksExperiment(ranks, rate, tuning.tuning(spec)));
    }
}
