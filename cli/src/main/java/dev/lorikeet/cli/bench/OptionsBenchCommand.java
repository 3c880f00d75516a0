package dev.lorikeet.cli.bench;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code lorikeet bench options}: what options of training save and cost, in memory and in time. */
@Command(
        name = "options",
        description = "Measures LoRA training steps over a base in its precision and over NF4 codes, with and without"
                + " gradient checkpointing, and over examples of mixed lengths with and without packing; a process for"
                + " each case.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class OptionsBenchCommand implements Callable<Integer> {

    @Mixin
    private BenchRun run;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        return run.measure(spec, BenchCase.options(), List.of());
    }
}
