package dev.lorikeet.cli.terminal;

import java.io.Console;
import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Where a command writes: standard output, and whether a person looks at it.
 *
 * @param out standard output
 * @param live whether lines may be drawn over and coloured: standard output is a terminal that can
 */
public record Terminal(PrintWriter out, boolean live) {

    /** The terminal of a running command. */
    @SuppressWarnings("SystemConsoleNull") // with JDK 25 it is null again where nobody looks
    public static Terminal of(CommandSpec spec) {
        Console console = System.console();
        String kind = System.getenv("TERM");
        boolean live = console != null
                && console.isTerminal()
                && !"dumb".equals(kind)
                && System.getenv("NO_COLOR") == null
                && System.getenv("CI") == null;
        return new Terminal(spec.commandLine().getOut(), live);
    }

    /** Prints a line at once. */
    public void line(String text) {
        out.println(text);
        out.flush();
    }

    /** Prints a part of a line at once. */
    public void part(String text) {
        out.print(text);
        out.flush();
    }

    /** The text in bold where that can be seen. */
    public String bold(String text) {
        return live ? "\u001b[1m" + text + "\u001b[0m" : text;
    }

    /** The text dimmed where that can be seen. */
    public String faint(String text) {
        return live ? "\u001b[2m" + text + "\u001b[0m" : text;
    }

    /** The text in green where that can be seen. */
    public String good(String text) {
        return live ? "\u001b[32m" + text + "\u001b[0m" : text;
    }

    /** The text in red where that can be seen. */
    public String bad(String text) {
        return live ? "\u001b[31m" + text + "\u001b[0m" : text;
    }
}
