package dev.lorikeet.cli.experiment;

import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Size and learning rate of an experiment over all linear layers. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class RankAndRate {

    @Option(
            names = "--rank",
            defaultValue = "4",
            description = "Mean rank over all linear layers: the budget. Default: ${DEFAULT-VALUE}.")
    private int rank;

    @Option(
            names = "--rate",
            description =
                    "Learning rate, the middle one where several are tried. Default: 2e-3 of LoRA, 1e-2 of AdaLoRA.")
    private Optional<Double> rate;

    /** Refuses what cannot be trained with. */
    void check(CommandSpec spec) {
        if (rate.filter(given -> !(given > 0)).isPresent() || rank < 1) {
            throw new ParameterException(spec.commandLine(), "--rate must be above 0, --rank at least 1");
        }
    }

    int rank() {
        return rank;
    }

    double rate(double otherwise) {
        return rate.orElse(otherwise);
    }
}
