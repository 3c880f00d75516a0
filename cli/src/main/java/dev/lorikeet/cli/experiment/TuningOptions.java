package dev.lorikeet.cli.experiment;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** How much of the learning rates an experiment tries. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class TuningOptions {

    @Option(
            names = "--rates",
            defaultValue = "3",
            description = "Learning rates tried of each, a factor of " + Tuning.BETWEEN_RATES
                    + " apart, judged by the validation part. Default: ${DEFAULT-VALUE}.")
    private int rates;

    @Option(
            names = "--widen",
            defaultValue = "2",
            description = "Further rates at most while the best one is at an end of those tried."
                    + " Default: ${DEFAULT-VALUE}.")
    private int widen;

    Tuning tuning(CommandSpec spec) {
        try {
            return new Tuning(rates, widen);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--rates and --widen: " + String.valueOf(e.getMessage()));
        }
    }
}
