package dev.lorikeet.serving.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.lorikeet.proto.inference.v1.ChatMessage;
import dev.lorikeet.proto.inference.v1.ClassifyRequest;
import dev.lorikeet.proto.inference.v1.Conversation;
import dev.lorikeet.proto.inference.v1.EmbedRequest;
import dev.lorikeet.proto.inference.v1.EncoderServiceGrpc;
import dev.lorikeet.proto.inference.v1.FinishReason;
import dev.lorikeet.proto.inference.v1.GenerateRequest;
import dev.lorikeet.proto.inference.v1.GenerateResponse;
import dev.lorikeet.proto.inference.v1.GenerateStreamResponse;
import dev.lorikeet.proto.inference.v1.Image;
import dev.lorikeet.proto.inference.v1.Sampling;
import dev.lorikeet.serving.tiny.TinyAdapter;
import dev.lorikeet.serving.tiny.TinyModel;
import dev.lorikeet.tenancy.AdapterName;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quarkus.test.junit.QuarkusTest;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** What is generated, whole and in pieces, and which requests are refused. */
@QuarkusTest
class GenerationTest extends ServiceFixture {
    @Test
    void streamEqualsTheWholeAnswer() {
        TinyAdapter.publish(adapters, Surroundings.ACME, new AdapterName("stream"), base, 3);
        GenerateRequest request = prompt("stream", "hello there", 60);

        GenerateResponse whole = acme.generate(request);
        List<GenerateStreamResponse> pieces = new ArrayList<>();
        acme.generateStream(request).forEachRemaining(pieces::add);

        StringBuilder text = new StringBuilder();
        pieces.forEach(piece -> text.append(piece.getText()));
        GenerateStreamResponse last = pieces.getLast();
        assertThat(text.toString()).isEqualTo(whole.getText()).isNotEmpty();
        assertThat(pieces).hasSizeGreaterThan(2);
        assertThat(pieces.getFirst().getAdapter()).isEqualTo(whole.getAdapter());
        assertThat(last.getAdapter()).isEqualTo(whole.getAdapter());
        assertThat(last.getUsage()).isEqualTo(whole.getUsage());
        assertThat(last.getFinishReason()).isEqualTo(FinishReason.FINISH_REASON_LENGTH);
        assertThat(whole.getAdapter().getVersion()).isEqualTo(1);
        assertThat(whole.getAdapter().getRevision()).hasSize(64);
    }

    @Test
    void conversationIsAnsweredByTheBaseModelUnderItsName() {
        GenerateResponse answer = acme.generate(GenerateRequest.newBuilder()
                .setModel(TinyModel.NAME)
                .setConversation(Conversation.newBuilder()
                        .addMessages(ChatMessage.newBuilder().setRole("user").setContent("hello")))
                .setMaxTokens(5)
                .build());

        assertThat(answer.hasAdapter()).isFalse();
        assertThat(answer.getUsage().getCompletionTokens()).isBetween(1, 5);
    }

    @Test
    void badRequestNamesTheFieldAtFault() {
        Map<String, GenerateRequest> bad = Map.of(
                "model", prompt("..", "hi", 1),
                "input", GenerateRequest.newBuilder().build(),
                "max_tokens", prompt("", "hi", -1),
                "prompt", prompt("", "", 1),
                "stop[0]", prompt("", "hi", 1).toBuilder().addStop("").build(),
                "sampling.temperature", sampling(Sampling.newBuilder().setTemperature(Double.NaN)),
                "sampling.top_p", sampling(Sampling.newBuilder().setTopP(1.5)),
                "sampling.top_k", sampling(Sampling.newBuilder().setTopK(-1)),
                "sampling.repetition_penalty", sampling(Sampling.newBuilder().setRepetitionPenalty(0)),
                "conversation.messages[0].role",
                        GenerateRequest.newBuilder()
                                .setConversation(Conversation.newBuilder()
                                        .addMessages(ChatMessage.newBuilder().setRole("root")))
                                .build());

        bad.forEach((field, request) -> {
            StatusRuntimeException failure =
                    catchThrowableOfType(StatusRuntimeException.class, () -> acme.generate(request));
            assertThat(failure.getStatus().getCode()).as(field).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(violatedField(failure)).isEqualTo(field);
        });
    }

    @Test
    void anAdapterThatReadsPicturesAnswersAboutThePictureBesideOthersThatReadNone() throws InterruptedException {
        TinyAdapter.publishReader(adapters, Surroundings.ACME, new AdapterName("reader"), base);
        TinyAdapter.publish(adapters, Surroundings.GLOBEX, new AdapterName("other"), base, 4);
        String red = acme.generate(about(0xff0000, "image/png")).getText();
        String blue = acme.generate(about(0x0000ff, "image/png")).getText();
        String text = globex.generate(prompt("other", "hello", 30)).getText();

        List<String> answers = Collections.synchronizedList(new ArrayList<>());
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int colour = i % 2 == 0 ? 0xff0000 : 0x0000ff;
            callers.add(Thread.ofVirtual()
                    .start(() -> answers.add(
                            acme.generate(about(colour, "image/png")).getText())));
            callers.add(Thread.ofVirtual()
                    .start(() -> answers.add(
                            globex.generate(prompt("other", "hello", 30)).getText())));
        }
        for (Thread caller : callers) {
            caller.join();
        }

        assertThat(red).isNotEqualTo(blue);
        assertThat(answers).containsExactlyInAnyOrder(red, red, blue, blue, text, text, text, text);
        assertThat(acme.generate(about(0xff0000, "image/png")).getUsage().getPromptTokens())
                .isEqualTo(4
                        + acme.generate(prompt("", "what is it", 1)).getUsage().getPromptTokens());
    }

    @Test
    void picturesThatCannotBeReadAreRefusedWithTheReason() {
        TinyAdapter.publishReader(adapters, Surroundings.ACME, new AdapterName("reader"), base);
        TinyAdapter.publish(adapters, Surroundings.ACME, new AdapterName("blind"), base, 3);
        GenerateRequest good = about(0x00ff00, "image/png");
        Map<String, GenerateRequest> bad = Map.of(
                "is missing", prompt("reader", "what is it", 5),
                "is not read by this adapter",
                        good.toBuilder().setModel("blind").build(),
                "is not read by the base model", good.toBuilder().setModel("").build(),
                "must be image/png or image/jpeg", about(0, "image/tiff"),
                "said to be image/jpeg", about(0, "image/jpeg"),
                "cannot be read",
                        good.toBuilder()
                                .setImage(good.getImage().toBuilder()
                                        .setData(good.getImage().getData().substring(0, 45)))
                                .build());

        bad.forEach((reason, request) -> {
            StatusRuntimeException failure =
                    catchThrowableOfType(StatusRuntimeException.class, () -> acme.generate(request));
            assertThat(failure.getStatus().getCode()).as(reason).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(violatedField(failure)).as(reason).isEqualTo("image");
            assertThat(failure).hasMessageContaining(reason);
        });
    }

    @Test
    void whatAnAdapterPutsBeforeThePromptIsPartOfTheContext() {
        TinyAdapter.publishReader(adapters, Surroundings.ACME, new AdapterName("reader"), base);
        GenerateRequest endless =
                about(0x00ff00, "image/png").toBuilder().setMaxTokens(100_000).build();
        String text = "q#".repeat(80);
        while (promptTokens(text) < TinyModel.CONTEXT - 5) {
            text += "q";
        }
        GenerateRequest longest = endless.toBuilder().setPrompt(text).build();
        while (promptTokens(text) < TinyModel.CONTEXT - 4) {
            text += "q";
        }
        GenerateRequest tooLong = endless.toBuilder().setPrompt(text).build();

        GenerateResponse whole = acme.generate(longest);
        StatusRuntimeException failure =
                catchThrowableOfType(StatusRuntimeException.class, () -> acme.generate(tooLong));

        assertThat(whole.getUsage().getPromptTokens()).isEqualTo(TinyModel.CONTEXT - 1);
        assertThat(whole.getUsage().getCompletionTokens()).isEqualTo(1);
        assertThat(violatedField(failure)).isEqualTo("prompt");
        assertThat(failure).hasMessageContaining("of which the adapter takes 4");
    }

    private int promptTokens(String text) {
        return acme.generate(prompt("", text, 1)).getUsage().getPromptTokens();
    }

    /** A request about a picture of one colour. */
    private static GenerateRequest about(int colour, String mediaType) {
        BufferedImage picture = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 256; i++) {
            picture.setRGB(i % 16, i / 16, colour);
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try {
            ImageIO.write(picture, "png", file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return prompt("reader", "what is it", 30).toBuilder()
                .setImage(Image.newBuilder()
                        .setData(ByteString.copyFrom(file.toByteArray()))
                        .setMediaType(mediaType))
                .build();
    }

    private static GenerateRequest sampling(Sampling.Builder sampling) {
        return prompt("", "hi", 1).toBuilder().setSampling(sampling).build();
    }

    @Test
    void aModelThatGeneratesTextNeitherClassifiesNorEmbeds() {
        var encoder = EncoderServiceGrpc.newBlockingStub(channel).withInterceptors(as(acmeKey));
        StatusRuntimeException failure = catchThrowableOfType(
                StatusRuntimeException.class, () -> encoder.classify(ClassifyRequest.getDefaultInstance()));

        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
        assertThat(failure).hasMessageContaining("base model 'tiny' is a llama, no encoder");
        assertThat(failure(() -> encoder.embed(EmbedRequest.getDefaultInstance())))
                .isEqualTo(Status.Code.FAILED_PRECONDITION);
    }
}
