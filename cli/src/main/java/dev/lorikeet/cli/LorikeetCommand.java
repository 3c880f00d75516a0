package dev.lorikeet.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The root command: a name for the others, and what they share. */
@Command(
        name = "lorikeet",
        description = "One frozen base model, thousands of tenants, each with LoRA adapters of their own.",
        mixinStandardHelpOptions = true,
        version = "lorikeet 0.1.0",
        synopsisSubcommandLabel = "COMMAND",
        subcommandsRepeatable = false)
final class LorikeetCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command? One of those below.");
    }
}
