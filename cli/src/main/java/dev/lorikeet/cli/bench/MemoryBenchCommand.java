package dev.lorikeet.cli.bench;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code lorikeet bench memory}: peak memory of training steps over ordinary and NF4 bases, with and without recomputation. */
@Command(
        name = "memory",
        description = "Measures the peak memory of LoRA training steps over a base in its precision and over NF4 codes,"
                + " with and without gradient checkpointing; a process for each case.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class MemoryBenchCommand implements Callable<Integer> {

    @Mixin
    private BenchRun run;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        return run.measure(spec, BenchCase.memory(), List.of());
    }
}
