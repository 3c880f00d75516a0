package dev.lorikeet.cli;

import dev.lorikeet.cli.grpc.CallErrors;
import dev.lorikeet.cli.terminal.CommandFailure;
import dev.lorikeet.local.platform.PlatformFailure;
import dev.lorikeet.registry.store.RegistryException;
import dev.lorikeet.tenancy.InvalidName;
import io.grpc.StatusRuntimeException;
import java.io.PrintWriter;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** The process behind the launcher script {@code lorikeet}. Exit codes: 0 done, 1 failed, 2 wrong usage. */
public final class Main {

    private Main() {}

    /**
     * Runs one command and ends the process with its exit code.
     *
     * @param arguments the command line
     */
    public static void main(String[] arguments) {
        // What libraries log is for services; a command tells what matters itself.
        Logger.getLogger("").setLevel(Level.SEVERE);
        System.exit(commandLine().execute(arguments));
    }

    /** The whole command tree. */
    static CommandLine commandLine() {
        CommandLine commands = new CommandLine(new LorikeetCommand());
        commands.setExecutionExceptionHandler(Main::explain);
        commands.setCaseInsensitiveEnumValuesAllowed(true);
        commands.setUsageHelpAutoWidth(true);
        return commands;
    }

    /** One clear message for what is expected to fail; the stack trace for a bug, or when asked for. */
    private static int explain(Exception failure, CommandLine command, ParseResult arguments) {
        PrintWriter err = command.getErr();
        boolean verbose = System.getenv("LORIKEET_VERBOSE") != null;
        switch (failure) {
            case CommandFailure expected -> err.println(expected.getMessage());
            case RegistryException store -> err.println(store.getMessage());
            case PlatformFailure platform -> err.println(platform.getMessage());
            case InvalidName name -> err.println(name.getMessage());
            case StatusRuntimeException call -> err.println(CallErrors.describe(call));
            default -> {
                err.println("This is a bug, or something nobody expected:");
                verbose = true;
            }
        }
        if (verbose) {
            failure.printStackTrace(err);
        }
        err.flush();
        return CommandLine.ExitCode.SOFTWARE;
    }
}
