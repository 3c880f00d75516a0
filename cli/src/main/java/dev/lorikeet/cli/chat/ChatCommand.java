package dev.lorikeet.cli.chat;

import com.google.protobuf.ByteString;
import dev.lorikeet.cli.grpc.CallErrors;
import dev.lorikeet.cli.grpc.Services;
import dev.lorikeet.cli.platform.PlatformOptions;
import dev.lorikeet.cli.terminal.CommandFailure;
import dev.lorikeet.cli.terminal.JsonOutput;
import dev.lorikeet.cli.terminal.Terminal;
import dev.lorikeet.proto.inference.v1.ChatMessage;
import dev.lorikeet.proto.inference.v1.Conversation;
import dev.lorikeet.proto.inference.v1.GenerateRequest;
import dev.lorikeet.proto.inference.v1.GenerateResponse;
import dev.lorikeet.proto.inference.v1.GenerateStreamResponse;
import dev.lorikeet.proto.inference.v1.Image;
import dev.lorikeet.proto.inference.v1.InferenceServiceGrpc.InferenceServiceBlockingStub;
import dev.lorikeet.proto.inference.v1.Sampling;
import io.grpc.StatusRuntimeException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lorikeet chat}: a conversation with the base model or one of the tenant's adapters, as it is generated. */
@Command(
        name = "chat",
        description = {
            "Talks with the base model or one of your adapters.",
            "Without --prompt it converses: a line is a message, /clear forgets, /exit or Ctrl-D ends."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class ChatCommand implements Runnable {

    @Mixin
    private PlatformOptions platform;

    @Option(
            names = {"-m", "--model"},
            paramLabel = "MODEL",
            defaultValue = "",
            description = "ADAPTER, ADAPTER@VERSION or ADAPTER:ALIAS (default: the base model).")
    private String model;

    @Option(
            names = {"-p", "--prompt"},
            paramLabel = "TEXT",
            description = "Ask this once, print the answer, end.")
    private @Nullable String prompt;

    @Option(
            names = "--image",
            paramLabel = "FILE",
            description = "A PNG or JPEG to ask about, for adapters trained with the method vora.")
    private @Nullable Path image;

    @Option(names = "--system", paramLabel = "TEXT", description = "The system message of the conversation.")
    private @Nullable String system;

    @Option(names = "--raw", description = "Continue the prompt as it is, without the chat template.")
    private boolean raw;

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            defaultValue = "256",
            description = "Longest answer in tokens (default: ${DEFAULT-VALUE}).")
    private int maxTokens;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            defaultValue = "0",
            description = "0 for the likeliest token always; 1 for the model's own distribution"
                    + " (default: ${DEFAULT-VALUE}).")
    private double temperature;

    @Option(names = "--top-k", paramLabel = "K", defaultValue = "0", description = "Only the K likeliest tokens.")
    private int topK;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            defaultValue = "1",
            description = "Only the likeliest tokens that together reach P.")
    private double topP;

    @Option(
            names = "--min-p",
            paramLabel = "P",
            defaultValue = "0",
            description = "Only tokens at least P times as likely as the likeliest.")
    private double minP;

    @Option(names = "--repetition-penalty", paramLabel = "X", defaultValue = "1", description = "Above 1: repeat less.")
    private double repetitionPenalty;

    @Option(names = "--seed", paramLabel = "N", description = "The same seed gives the same text.")
    private @Nullable Long seed;

    @Option(names = "--stop", paramLabel = "TEXT", description = "End before this text; may be given again.")
    private List<String> stop = List.of();

    @Option(names = "--json", description = "With --prompt: print the service's answer as JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        if (prompt == null && (json || raw)) {
            throw new ParameterException(spec.commandLine(), "--json and --raw need --prompt.");
        }
        Terminal terminal = Terminal.of(spec);
        try (Services services = new Services(platform.find())) {
            InferenceServiceBlockingStub inference = services.inference();
            if (prompt == null) {
                converse(terminal, inference);
            } else if (json) {
                GenerateResponse answer = inference.generate(request(prompt, Conversation.newBuilder()));
                terminal.line(JsonOutput.of(answer));
            } else {
                answer(terminal, inference, request(prompt, Conversation.newBuilder()));
            }
        }
    }

    private GenerateRequest request(String text, Conversation.Builder history) {
        GenerateRequest.Builder request = GenerateRequest.newBuilder()
                .setModel(model)
                .setMaxTokens(maxTokens)
                .addAllStop(stop);
        if (image != null) {
            request.setImage(read(image));
        }
        if (raw) {
            request.setPrompt(text);
        } else {
            Conversation.Builder conversation = Conversation.newBuilder();
            if (system != null) {
                conversation.addMessages(message("system", system));
            }
            request.setConversation(
                    conversation.addAllMessages(history.getMessagesList()).addMessages(message("user", text)));
        }
        if (temperature > 0) {
            Sampling.Builder sampling = Sampling.newBuilder()
                    .setTemperature(temperature)
                    .setTopK(topK)
                    .setTopP(topP)
                    .setMinP(minP)
                    .setRepetitionPenalty(repetitionPenalty);
            if (seed != null) {
                sampling.setSeed(seed);
            }
            request.setSampling(sampling);
        } else if (repetitionPenalty != 1) {
            throw new ParameterException(spec.commandLine(), "--repetition-penalty needs a --temperature above 0.");
        }
        return request.build();
    }

    private void converse(Terminal terminal, InferenceServiceBlockingStub inference) {
        terminal.line(terminal.faint(
                (model.isEmpty() ? "The base model" : model) + " listens. /clear forgets, /exit or Ctrl-D ends."));
        Conversation.Builder history = Conversation.newBuilder();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (true) {
            terminal.part(terminal.bold("> "));
            String line = read(lines);
            if (line == null || line.strip().equals("/exit")) {
                terminal.line("");
                return;
            }
            if (line.strip().equals("/clear")) {
                history.clear();
            } else if (!line.isBlank()) {
                try {
                    String answer = answer(terminal, inference, request(line, history));
                    history.addMessages(message("user", line)).addMessages(message("assistant", answer));
                } catch (StatusRuntimeException failure) {
                    // Told, and the conversation goes on: a too long history can be cleared.
                    terminal.line(CallErrors.describe(failure));
                }
            }
        }
    }

    private static String answer(Terminal terminal, InferenceServiceBlockingStub inference, GenerateRequest request) {
        StringBuilder text = new StringBuilder();
        Iterator<GenerateStreamResponse> pieces = inference.generateStream(request);
        while (pieces.hasNext()) {
            String piece = pieces.next().getText();
            text.append(piece);
            terminal.part(piece);
        }
        terminal.line("");
        return text.toString();
    }

    private static ChatMessage message(String role, String content) {
        return ChatMessage.newBuilder().setRole(role).setContent(content).build();
    }

    private static Image read(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        String mediaType = name.endsWith(".png") ? "image/png" : "image/jpeg";
        if (!name.endsWith(".png") && !name.endsWith(".jpg") && !name.endsWith(".jpeg")) {
            throw new CommandFailure(file + " is no .png, .jpg or .jpeg.");
        }
        try {
            return Image.newBuilder()
                    .setData(ByteString.copyFrom(Files.readAllBytes(file)))
                    .setMediaType(mediaType)
                    .build();
        } catch (IOException e) {
            throw new CommandFailure("There is no readable file " + file + ".");
        }
    }

    private static @Nullable String read(BufferedReader lines) {
        try {
            return lines.readLine();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
