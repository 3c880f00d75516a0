package dev.lorikeet.cli;

import picocli.CommandLine;

/** The process behind the launcher script {@code lorikeet}. */
public final class Main {

    private Main() {}

    /**
     * Runs one command and ends the process with its exit code.
     *
     * @param arguments the command line
     */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The whole command tree. */
    static CommandLine commandLine() {
        return new CommandLine(new LorikeetCommand());
    }
}
