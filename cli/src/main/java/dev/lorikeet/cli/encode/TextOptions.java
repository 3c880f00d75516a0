package dev.lorikeet.cli.encode;

import dev.lorikeet.cli.grpc.CallErrors;
import dev.lorikeet.cli.terminal.CommandFailure;
import dev.lorikeet.proto.inference.v1.EncoderInput;
import io.grpc.StatusRuntimeException;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Which model reads which texts: arguments, or lines of standard input, asked for in portions of a bounded size. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class TextOptions {
    private static final int PORTION = 64;
    private static final int PORTION_CHARS = 100_000;
    private static final int TITLE_CHARS = 100;

    @Option(
            names = {"-m", "--model"},
            paramLabel = "MODEL",
            defaultValue = "",
            description = "ADAPTER, ADAPTER@VERSION or ADAPTER:ALIAS (default: the base model).")
    private String model;

    @Option(
            names = "--pair",
            description = "Texts come in twos that are read together: as arguments FIRST SECOND, in a line of standard"
                    + " input FIRST<tab>SECOND.")
    private boolean pair;

    @Parameters(
            paramLabel = "TEXT",
            arity = "0..*",
            description = "What is read. Without any, each line of standard input that is not blank is a text.")
    private List<String> texts = List.of();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    String model() {
        return model;
    }

    /**
     * Gives all texts out in order, a portion at a time.
     *
     * @throws CommandFailure if a call fails that was not the only one, with the texts that it was about
     */
    void forEachPortion(Consumer<List<EncoderInput>> call) {
        Portions portions = new Portions(call);
        if (!texts.isEmpty()) {
            arguments().forEach(portions::add);
        } else {
            lines(portions);
        }
        portions.end();
    }

    private List<EncoderInput> arguments() {
        if (pair && texts.size() % 2 != 0) {
            throw new ParameterException(
                    spec.commandLine(), "With --pair texts come in twos; these are " + texts.size() + ".");
        }
        List<EncoderInput> inputs = new ArrayList<>();
        for (int i = 0; i < texts.size(); i += pair ? 2 : 1) {
            inputs.add(pair ? input(texts.get(i), texts.get(i + 1)) : input(texts.get(i), null));
        }
        return inputs;
    }

    @SuppressWarnings("SystemConsoleNull") // with JDK 25 it is null again where nobody looks
    private void lines(Portions portions) {
        Console console = System.console();
        if (console != null && console.isTerminal()) {
            throw new ParameterException(spec.commandLine(), "Which texts? Name them, or pipe in lines.");
        }
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            int number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (!line.isBlank()) {
                    portions.add(pair ? pairOf(line, number) : input(line, null));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (portions.none()) {
            throw new ParameterException(spec.commandLine(), "Which texts? Name them, or pipe in lines.");
        }
    }

    private static EncoderInput pairOf(String line, int number) {
        String[] parts = line.split("\t", -1);
        if (parts.length != 2) {
            throw new CommandFailure("Line " + number + " is no pair: with --pair a line is FIRST<tab>SECOND.");
        }
        return input(parts[0], parts[1]);
    }

    private static EncoderInput input(String text, @Nullable String second) {
        EncoderInput.Builder input = EncoderInput.newBuilder().setText(text);
        if (second != null) {
            input.setTextPair(second);
        }
        return input.build();
    }

    /** A text in one line, shortened, for people. */
    static String title(EncoderInput input) {
        String text = input.hasTextPair() ? input.getText() + " | " + input.getTextPair() : input.getText();
        String line = text.replaceAll("\\p{Cntrl}", " ");
        return line.codePointCount(0, line.length()) <= TITLE_CHARS
                ? line
                : line.substring(0, line.offsetByCodePoints(0, TITLE_CHARS - 3)) + "...";
    }

    /** Collects texts until a call is full. */
    private static final class Portions {
        private final Consumer<List<EncoderInput>> call;
        private final List<EncoderInput> next = new ArrayList<>();
        private int chars;
        private int before;

        Portions(Consumer<List<EncoderInput>> call) {
            this.call = call;
        }

        void add(EncoderInput input) {
            int length = input.getText().length() + input.getTextPair().length();
            if (!next.isEmpty() && (next.size() == PORTION || chars + length > PORTION_CHARS)) {
                flush();
            }
            next.add(input);
            chars += length;
        }

        void end() {
            if (!next.isEmpty()) {
                flush();
            }
        }

        boolean none() {
            return before == 0 && next.isEmpty();
        }

        private void flush() {
            try {
                call.accept(List.copyOf(next));
            } catch (StatusRuntimeException failure) {
                if (before == 0) {
                    throw failure;
                }
                // The service counts from this call's first text, the caller from its own.
                throw new CommandFailure(
                        "Of the texts from number " + (before + 1) + " on (inputs[0]): " + CallErrors.describe(failure),
                        failure);
            }
            before += next.size();
            next.clear();
            chars = 0;
        }
    }
}
