package dev.lorikeet.serving.grpc;

import com.google.common.primitives.Floats;
import dev.lorikeet.proto.inference.v1.ClassifyRequest;
import dev.lorikeet.proto.inference.v1.ClassifyResponse;
import dev.lorikeet.proto.inference.v1.EmbedRequest;
import dev.lorikeet.proto.inference.v1.EmbedResponse;
import dev.lorikeet.proto.inference.v1.Embedding;
import dev.lorikeet.proto.inference.v1.EncoderInput;
import dev.lorikeet.proto.inference.v1.LabelScore;
import dev.lorikeet.proto.inference.v1.Usage;
import dev.lorikeet.serving.encoding.Classification;
import dev.lorikeet.serving.encoding.EmbedOptions;
import dev.lorikeet.serving.encoding.EmbedOptions.Pooling;
import dev.lorikeet.serving.encoding.EncodeAsk;
import dev.lorikeet.serving.loop.EncoderInference.Reply;
import dev.lorikeet.serving.rejection.RejectedException;
import dev.lorikeet.serving.rejection.Rejection;
import java.util.List;
import java.util.Optional;

/** Between the wire's messages and ours, of texts that are read. */
final class EncoderMapper {
    private EncoderMapper() {}

    /** What is to be classified; its content is checked later. */
    static EncodeAsk ask(ClassifyRequest request) {
        return new EncodeAsk(request.getModel(), inputs(request.getInputsList()));
    }

    /** What is to be embedded; its content is checked later. */
    static EncodeAsk ask(EmbedRequest request) {
        return new EncodeAsk(request.getModel(), inputs(request.getInputsList()));
    }

    private static List<EncodeAsk.Input> inputs(List<EncoderInput> inputs) {
        return inputs.stream()
                .map(input -> new EncodeAsk.Input(
                        input.getText(), input.hasTextPair() ? Optional.of(input.getTextPair()) : Optional.empty()))
                .toList();
    }

    /**
     * Which vectors are wanted.
     *
     * @throws RejectedException INVALID_ARGUMENT if it is a pooling that this service does not know
     */
    static EmbedOptions options(EmbedRequest request) {
        Pooling pooling = switch (request.getPooling()) {
            case POOLING_UNSPECIFIED, POOLING_MEAN -> Pooling.MEAN;
            case POOLING_FIRST -> Pooling.FIRST;
            case UNRECOGNIZED ->
                throw Rejection.invalid("pooling", "is unknown; POOLING_MEAN or POOLING_FIRST")
                        .asException();
        };
        return new EmbedOptions(pooling, request.getNormalize());
    }

    static ClassifyResponse reply(Reply<Classification> answer) {
        ClassifyResponse.Builder reply = ClassifyResponse.newBuilder().setUsage(usage(answer));
        answer.adapter().map(InferenceMapper::adapter).ifPresent(reply::setAdapter);
        answer.results().forEach(result -> reply.addResults(classification(result)));
        return reply.build();
    }

    static EmbedResponse embeddings(Reply<float[]> answer) {
        EmbedResponse.Builder reply = EmbedResponse.newBuilder().setUsage(usage(answer));
        answer.adapter().map(InferenceMapper::adapter).ifPresent(reply::setAdapter);
        answer.results()
                .forEach(vector -> reply.addEmbeddings(Embedding.newBuilder().addAllValues(Floats.asList(vector))));
        return reply.build();
    }

    private static dev.lorikeet.proto.inference.v1.Classification classification(Classification result) {
        var message = dev.lorikeet.proto.inference.v1.Classification.newBuilder()
                .setLabel(result.best().label());
        for (Classification.Score score : result.scores()) {
            message.addScores(LabelScore.newBuilder()
                    .setLabel(score.label())
                    .setProbability(score.probability())
                    .setLogit(score.logit()));
        }
        return message.build();
    }

    private static Usage usage(Reply<?> answer) {
        return Usage.newBuilder().setPromptTokens(answer.tokens()).build();
    }
}
