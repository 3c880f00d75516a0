package dev.lorikeet.cli;

import dev.lorikeet.cli.adapter.AdaptersCommand;
import dev.lorikeet.cli.bench.BenchCommand;
import dev.lorikeet.cli.chat.ChatCommand;
import dev.lorikeet.cli.conformance.ConformanceCommand;
import dev.lorikeet.cli.demo.DemoCommand;
import dev.lorikeet.cli.doctor.DoctorCommand;
import dev.lorikeet.cli.encode.ClassifyCommand;
import dev.lorikeet.cli.encode.EmbedCommand;
import dev.lorikeet.cli.experiment.ExperimentCommand;
import dev.lorikeet.cli.job.JobsCommand;
import dev.lorikeet.cli.job.TrainCommand;
import dev.lorikeet.cli.local.DownCommand;
import dev.lorikeet.cli.local.UpCommand;
import dev.lorikeet.cli.model.ModelCommand;
import picocli.CommandLine;
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
        subcommands = {
            DemoCommand.class,
            UpCommand.class,
            DownCommand.class,
            TrainCommand.class,
            JobsCommand.class,
            AdaptersCommand.class,
            ChatCommand.class,
            ClassifyCommand.class,
            EmbedCommand.class,
            ModelCommand.class,
            ConformanceCommand.class,
            DoctorCommand.class,
            BenchCommand.class,
            ExperimentCommand.class,
            CommandLine.HelpCommand.class
        },
        footer = {
            "",
            "Of the launcher: ./lorikeet build, ./lorikeet test, ./lorikeet jdk.",
            "Exit codes: 0 done, 1 failed, 2 wrong usage. LORIKEET_VERBOSE=1 shows stack traces."
        })
final class LorikeetCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command? One of those below.");
    }
}
