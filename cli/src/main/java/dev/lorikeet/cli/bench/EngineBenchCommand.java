package dev.lorikeet.cli.bench;

import java.io.IOException;
import java.util.Collections;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code lorikeet bench engine}: decoding, prefill and training, beside transformers + PEFT in the same run. */
@Command(
        name = "engine",
        description = "Measures decoding, prefill and training of one model; medians of alternating rounds.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class EngineBenchCommand implements Callable<Integer> {

    @Mixin
    private BenchRun run;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        return run.measure(spec, BenchCase.engine(), Collections.singletonList(null));
    }
}
