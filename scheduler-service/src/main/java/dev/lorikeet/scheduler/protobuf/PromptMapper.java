package dev.lorikeet.scheduler.protobuf;

import dev.lorikeet.proto.training.v1.PTuningMethod;
import dev.lorikeet.proto.training.v1.PrefixTuningMethod;
import dev.lorikeet.proto.training.v1.PromptEncoder;
import dev.lorikeet.proto.training.v1.PromptTuningMethod;
import dev.lorikeet.scheduler.request.PTuning;
import dev.lorikeet.scheduler.request.PrefixTuning;
import dev.lorikeet.scheduler.request.PromptTuning;

/** Methods with virtual tokens between contract and core. */
final class PromptMapper {
    private PromptMapper() {}

    static PromptTuning promptTuning(PromptTuningMethod from) {
        return new PromptTuning(from.getVirtualTokens(), from.getInitialText());
    }

    static PromptTuningMethod promptTuning(PromptTuning from) {
        return PromptTuningMethod.newBuilder()
                .setVirtualTokens(from.virtualTokens())
                .setInitialText(from.initialText())
                .build();
    }

    static PrefixTuning prefixTuning(PrefixTuningMethod from) {
        return new PrefixTuning(from.getVirtualTokens(), from.getProjection(), from.getEncoderHiddenSize());
    }

    static PrefixTuningMethod prefixTuning(PrefixTuning from) {
        return PrefixTuningMethod.newBuilder()
                .setVirtualTokens(from.virtualTokens())
                .setProjection(from.projection())
                .setEncoderHiddenSize(from.hiddenSize())
                .build();
    }

    static PTuning pTuning(PTuningMethod from) {
        return new PTuning(
                from.getVirtualTokens(),
                from.getEncoderHiddenSize(),
                switch (from.getEncoder()) {
                    case PROMPT_ENCODER_UNSPECIFIED -> PTuning.Encoder.UNSET;
                    case PROMPT_ENCODER_MLP -> PTuning.Encoder.MLP;
                    case PROMPT_ENCODER_LSTM -> PTuning.Encoder.LSTM;
                    case UNRECOGNIZED -> PTuning.Encoder.UNKNOWN;
                },
                from.getEncoderLayers(),
                from.getEncoderDropout());
    }

    static PTuningMethod pTuning(PTuning from) {
        return PTuningMethod.newBuilder()
                .setVirtualTokens(from.virtualTokens())
                .setEncoderHiddenSize(from.hiddenSize())
                .setEncoder(
                        switch (from.encoder()) {
                            case UNSET, UNKNOWN -> PromptEncoder.PROMPT_ENCODER_UNSPECIFIED;
                            case MLP -> PromptEncoder.PROMPT_ENCODER_MLP;
                            case LSTM -> PromptEncoder.PROMPT_ENCODER_LSTM;
                        })
                .setEncoderLayers(from.layers())
                .setEncoderDropout(from.dropout())
                .build();
    }
}
