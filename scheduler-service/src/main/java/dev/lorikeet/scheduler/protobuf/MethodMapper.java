package dev.lorikeet.scheduler.protobuf;

import dev.lorikeet.proto.training.v1.Method;
import dev.lorikeet.scheduler.request.Bottleneck;
import dev.lorikeet.scheduler.request.Lora;
import dev.lorikeet.scheduler.request.PTuning;
import dev.lorikeet.scheduler.request.PrefixTuning;
import dev.lorikeet.scheduler.request.PromptTuning;

/** Adapter methods between contract and core: one case a direction for each. */
final class MethodMapper {
    private MethodMapper() {}

    /** A method as it was sent; LoRA if none was chosen. */
    static dev.lorikeet.scheduler.request.Method toSpec(Method method) {
        return switch (method.getKindCase()) {
            case LORA -> LoraMapper.toSpec(method.getLora());
            case PROMPT_TUNING -> PromptMapper.promptTuning(method.getPromptTuning());
            case PREFIX_TUNING -> PromptMapper.prefixTuning(method.getPrefixTuning());
            case P_TUNING -> PromptMapper.pTuning(method.getPTuning());
            case BOTTLENECK -> BottleneckMapper.toSpec(method.getBottleneck());
            case KIND_NOT_SET -> Lora.UNSET;
        };
    }

    /** A method as it runs. */
    static Method toProto(dev.lorikeet.scheduler.request.Method method) {
        return switch (method) {
            case Lora lora ->
                Method.newBuilder().setLora(LoraMapper.toProto(lora)).build();
            case Bottleneck bottleneck ->
                Method.newBuilder()
                        .setBottleneck(BottleneckMapper.toProto(bottleneck))
                        .build();
            case PTuning tuning ->
                Method.newBuilder().setPTuning(PromptMapper.pTuning(tuning)).build();
            case PrefixTuning prefixTuning ->
                Method.newBuilder()
                        .setPrefixTuning(PromptMapper.prefixTuning(prefixTuning))
                        .build();
            case PromptTuning promptTuning ->
                Method.newBuilder()
                        .setPromptTuning(PromptMapper.promptTuning(promptTuning))
                        .build();
        };
    }
}
