package dev.lorikeet.cli.bench;

import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lorikeet bench training}: optimizer steps of LoRA, beside PEFT with its default and its eager attention. */
@Command(
        name = "training",
        description = "Measures LoRA training steps, half of the tokens labelled, rank 8 on all linear layers;"
                + " medians of alternating rounds.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class TrainingBenchCommand implements Callable<Integer> {

    @Mixin
    private BenchRun run;

    @Option(
            names = "--profile",
            description = "Measure where the time of a step goes instead, part by part, without a peer.")
    private boolean profile;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (profile) {
            return run.profile(spec, BenchCase.training());
        }
        return run.measure(spec, BenchCase.training(), Arrays.asList(null, "eager"));
    }
}
