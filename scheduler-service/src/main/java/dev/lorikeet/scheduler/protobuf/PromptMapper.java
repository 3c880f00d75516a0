package dev.lorikeet.scheduler.protobuf;

import dev.lorikeet.proto.training.v1.PTuningMethod;
import dev.lorikeet.proto.training.v1.PrefixTuningMethod;
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
        return new PrefixTuning(from.getVirtualTokens());
    }

    static PrefixTuningMethod prefixTuning(PrefixTuning from) {
        return PrefixTuningMethod.newBuilder()
                .setVirtualTokens(from.virtualTokens())
                .build();
    }

    static PTuning pTuning(PTuningMethod from) {
        return new PTuning(from.getVirtualTokens(), from.getEncoderHiddenSize());
    }

    static PTuningMethod pTuning(PTuning from) {
        return PTuningMethod.newBuilder()
                .setVirtualTokens(from.virtualTokens())
                .setEncoderHiddenSize(from.hiddenSize())
                .build();
    }
}
