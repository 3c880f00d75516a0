package dev.lorikeet.cli.experiment;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code lorikeet experiment matrices}: which matrices to adapt. */
@Command(
        name = "matrices",
        description = "Compares which matrices LoRA adapts, each with the same number of parameters and at its own"
                + " best learning rate.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class MatricesCommand implements Callable<Integer> {
    private static final double RATE = 2e-3;

    @Mixin
    private ExperimentOptions options;

    @Mixin
    private RankAndRate size;

    @Mixin
    private TuningOptions tuning;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        size.check(spec);
        return options.run(spec, "matrices", new MatricesExperiment(size.rank(), size.rate(RATE), tuning.tuning(spec)));
    }
}
