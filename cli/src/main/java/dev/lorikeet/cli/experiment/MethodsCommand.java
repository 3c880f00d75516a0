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

/** {@code lorikeet experiment methods}: methods at an equal budget, the rate tuned for each. */
@Command(
        name = "methods",
        description =
                "Compares LoRA, LoRA+, DoRA, AdaLoRA, bottleneck adapters, P-tuning, prompt tuning, IA3, BitFit and"
                        + " full tuning, with the same number of parameters where the method can have it and the learning rate"
                        + " tuned for each.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class MethodsCommand implements Callable<Integer> {

    @Mixin
    private ExperimentOptions options;

    @Option(
            names = "--rank",
            defaultValue = "4",
            description = "The budget is LoRA of this rank on all linear layers. Default: ${DEFAULT-VALUE}.")
    private int rank;

    @Mixin
    private TuningOptions tuning;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "WORD",
            description =
                    "Train only methods whose name has one of these; of the others the tables have what is in the folder.")
    private List<String> only = List.of();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (rank < 1) {
            throw new ParameterException(spec.commandLine(), "--rank must be at least 1");
        }
        return options.run(spec, "methods", new MethodsExperiment(rank, tuning.tuning(spec), only));
    }
}
