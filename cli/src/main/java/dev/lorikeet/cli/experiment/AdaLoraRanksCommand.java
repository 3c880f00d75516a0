package dev.lorikeet.cli.experiment;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code lorikeet experiment adalora-ranks}: where AdaLoRA leaves its ranks. */
@Command(
        name = "adalora-ranks",
        description = "Shows AdaLoRA's rank of every layer and matrix at the end of training.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class AdaLoraRanksCommand implements Callable<Integer> {
    private static final double RATE = 1e-2;

    @Mixin
    private ExperimentOptions options;

    @Mixin
    private RankAndRate size;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        size.check(spec);
        return options.run(spec, "adalora-ranks", new AdaLoraRanksExperiment(size.rank(), size.rate(RATE)));
    }
}
