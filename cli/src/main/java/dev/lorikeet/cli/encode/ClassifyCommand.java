package dev.lorikeet.cli.encode;

import dev.lorikeet.cli.grpc.Services;
import dev.lorikeet.cli.platform.PlatformOptions;
import dev.lorikeet.cli.terminal.JsonOutput;
import dev.lorikeet.cli.terminal.Terminal;
import dev.lorikeet.proto.inference.v1.Classification;
import dev.lorikeet.proto.inference.v1.ClassifyRequest;
import dev.lorikeet.proto.inference.v1.ClassifyResponse;
import dev.lorikeet.proto.inference.v1.EncoderInput;
import dev.lorikeet.proto.inference.v1.EncoderServiceGrpc.EncoderServiceBlockingStub;
import dev.lorikeet.proto.inference.v1.LabelScore;
import dev.lorikeet.proto.inference.v1.Usage;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lorikeet classify}: the label of each text. */
@Command(
        name = "classify",
        description = {
            "Says which label fits each text, by an adapter trained on labelled examples over an encoder (bert, roberta).",
            "Prints a line a text: label, probability, text, parted by tabs."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class ClassifyCommand implements Runnable {
    @Mixin
    private PlatformOptions platform;

    @Mixin
    private TextOptions texts;

    @Option(names = "--all", description = "Print every label's probability, the likeliest first.")
    private boolean all;

    @Option(names = "--json", description = "Print the service's answer as JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        Terminal terminal = Terminal.of(spec);
        try (Services services = new Services(platform.find())) {
            EncoderServiceBlockingStub encoder = services.encoder();
            ClassifyResponse.Builder whole = ClassifyResponse.newBuilder();
            texts.forEachPortion(inputs -> {
                ClassifyResponse answer = encoder.classify(ClassifyRequest.newBuilder()
                        .setModel(texts.model())
                        .addAllInputs(inputs)
                        .build());
                if (json) {
                    int before = whole.getUsage().getPromptTokens();
                    whole.mergeFrom(answer)
                            .setUsage(Usage.newBuilder()
                                    .setPromptTokens(before + answer.getUsage().getPromptTokens()));
                } else {
                    print(terminal, inputs, answer);
                }
            });
            if (json) {
                terminal.line(JsonOutput.of(whole));
            }
        }
    }

    private void print(Terminal terminal, List<EncoderInput> inputs, ClassifyResponse answer) {
        for (int i = 0; i < inputs.size(); i++) {
            Classification result = answer.getResults(i);
            String labels = result.getScoresList().stream()
                    .sorted(Comparator.comparingDouble(LabelScore::getProbability)
                            .reversed())
                    .limit(all ? Integer.MAX_VALUE : 1)
                    .map(score ->
                            clean(score.getLabel()) + "\t" + String.format(Locale.ROOT, "%.4f", score.getProbability()))
                    .collect(Collectors.joining("\t"));
            terminal.line(labels + "\t" + TextOptions.title(inputs.get(i)));
        }
    }

    private static String clean(String label) {
        return label.replaceAll("\\p{Cntrl}", " ");
    }
}
