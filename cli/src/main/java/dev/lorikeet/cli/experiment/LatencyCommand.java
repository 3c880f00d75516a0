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

/** {@code lorikeet experiment latency}: what adapters cost at decoding. */
@Command(
        name = "latency",
        description =
                "Times decode steps of the base, of LoRA merged and unmerged, and of bottleneck adapters, in turns."
                        + " Nothing is trained.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class LatencyCommand implements Callable<Integer> {

    @Mixin
    private ExperimentOptions options;

    @Option(names = "--batches", split = ",", description = "Rows that decode together. Default: 1,8.")
    private List<Integer> batches = List.of(1, 8);

    @Option(names = "--rounds", defaultValue = "12", description = "Turns of each way. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--rank",
            defaultValue = "8",
            description = "Of LoRA on all linear layers. Default: ${DEFAULT-VALUE}.")
    private int rank;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (rounds < 1 || rank < 1 || batches.stream().anyMatch(rows -> rows < 1)) {
            throw new ParameterException(
                    spec.commandLine(), "--rounds, --rank and every one of --batches must be at least 1");
        }
        return options.runOver(spec, "latency", model -> new LatencyExperiment(model, batches, rounds, rank));
    }
}
