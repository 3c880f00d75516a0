package dev.lorikeet.serving.grpc;

import dev.lorikeet.proto.inference.v1.AdapterRef;
import dev.lorikeet.proto.inference.v1.FinishReason;
import dev.lorikeet.proto.inference.v1.GenerateRequest;
import dev.lorikeet.proto.inference.v1.Usage;
import dev.lorikeet.serving.generation.Ask;
import dev.lorikeet.serving.generation.Picture;
import dev.lorikeet.serving.generation.Prompt;
import dev.lorikeet.serving.generation.Sampling;
import dev.lorikeet.serving.loop.Answer;
import dev.lorikeet.serving.loop.RevisionRef;
import dev.lorikeet.serving.rejection.RejectedException;
import dev.lorikeet.serving.rejection.Rejection;
import java.util.Optional;
import java.util.OptionalLong;

/** Between the wire's messages and ours. */
final class InferenceMapper {
    private InferenceMapper() {}

    /**
     * What was asked.
     *
     * @throws RejectedException INVALID_ARGUMENT if there is no input at all; its content is checked later
     */
    static Ask ask(GenerateRequest request) {
        Prompt prompt = switch (request.getInputCase()) {
            case PROMPT -> new Prompt.Text(request.getPrompt());
            case CONVERSATION ->
                new Prompt.Conversation(request.getConversation().getMessagesList().stream()
                        .map(m -> new Prompt.Turn(m.getRole(), m.getContent()))
                        .toList());
            case INPUT_NOT_SET ->
                throw Rejection.invalid("input", "is missing; send a prompt or a conversation")
                        .asException();
        };
        return new Ask(
                request.getModel(),
                prompt,
                request.getMaxTokens(),
                request.hasSampling() ? sampling(request.getSampling()) : Sampling.GREEDY,
                request.getStopList(),
                request.hasImage()
                        ? Optional.of(new Picture(
                                request.getImage().getMediaType(),
                                request.getImage().getData().toByteArray()))
                        : Optional.empty());
    }

    private static Sampling sampling(dev.lorikeet.proto.inference.v1.Sampling message) {
        return new Sampling(
                message.getTemperature(),
                message.getTopK(),
                message.hasTopP() ? message.getTopP() : 1,
                message.getMinP(),
                message.hasRepetitionPenalty() ? message.getRepetitionPenalty() : 1,
                message.hasSeed() ? OptionalLong.of(message.getSeed()) : OptionalLong.empty());
    }

    static AdapterRef adapter(RevisionRef adapter) {
        return AdapterRef.newBuilder()
                .setName(adapter.adapter().value())
                .setVersion(adapter.version())
                .setRevision(adapter.revision())
                .build();
    }

    static Usage usage(Answer.Finished finished) {
        return Usage.newBuilder()
                .setPromptTokens(finished.promptTokens())
                .setCompletionTokens(finished.completionTokens())
                .build();
    }

    static FinishReason reason(Answer.Finished finished) {
        return switch (finished.reason()) {
            case STOP -> FinishReason.FINISH_REASON_STOP;
            case LENGTH -> FinishReason.FINISH_REASON_LENGTH;
        };
    }
}
