package dev.lorikeet.cli.encode;

import dev.lorikeet.cli.grpc.Services;
import dev.lorikeet.cli.platform.PlatformOptions;
import dev.lorikeet.cli.terminal.JsonOutput;
import dev.lorikeet.cli.terminal.Terminal;
import dev.lorikeet.proto.inference.v1.EmbedRequest;
import dev.lorikeet.proto.inference.v1.EmbedResponse;
import dev.lorikeet.proto.inference.v1.Embedding;
import dev.lorikeet.proto.inference.v1.EncoderServiceGrpc.EncoderServiceBlockingStub;
import dev.lorikeet.proto.inference.v1.Pooling;
import dev.lorikeet.proto.inference.v1.Usage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lorikeet embed}: a vector for each text. */
@Command(
        name = "embed",
        description = {
            "Turns each text into a vector, by an encoder (bert, roberta) alone or with one of your adapters.",
            "Prints a line a text: its vector as a JSON array."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class EmbedCommand implements Runnable {
    /** Which vector stands for a text. */
    enum Pooled {
        MEAN(Pooling.POOLING_MEAN),
        FIRST(Pooling.POOLING_FIRST);

        private final Pooling wire;

        Pooled(Pooling wire) {
            this.wire = wire;
        }
    }

    @Mixin
    private PlatformOptions platform;

    @Mixin
    private TextOptions texts;

    @Option(
            names = "--pooling",
            paramLabel = "mean|first",
            defaultValue = "mean",
            description = "The mean of all tokens' states, or the first token's (default: ${DEFAULT-VALUE}).")
    private Pooled pooling;

    @Option(names = "--normalize", description = "Scale each vector to length 1.")
    private boolean normalize;

    @Option(names = "--json", description = "Print the service's answer as JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        Terminal terminal = Terminal.of(spec);
        try (Services services = new Services(platform.find())) {
            EncoderServiceBlockingStub encoder = services.encoder();
            EmbedResponse.Builder whole = EmbedResponse.newBuilder();
            texts.forEachPortion(inputs -> {
                EmbedResponse answer = encoder.embed(EmbedRequest.newBuilder()
                        .setModel(texts.model())
                        .addAllInputs(inputs)
                        .setPooling(pooling.wire)
                        .setNormalize(normalize)
                        .build());
                if (json) {
                    int before = whole.getUsage().getPromptTokens();
                    whole.mergeFrom(answer)
                            .setUsage(Usage.newBuilder()
                                    .setPromptTokens(before + answer.getUsage().getPromptTokens()));
                } else {
                    for (Embedding embedding : answer.getEmbeddingsList()) {
                        terminal.line(embedding.getValuesList().toString());
                    }
                }
            });
            if (json) {
                terminal.line(JsonOutput.of(whole));
            }
        }
    }
}
