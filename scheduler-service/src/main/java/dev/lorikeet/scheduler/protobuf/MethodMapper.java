package dev.lorikeet.scheduler.protobuf;

import dev.lorikeet.proto.training.v1.BitFitMethod;
import dev.lorikeet.proto.training.v1.FullMethod;
import dev.lorikeet.proto.training.v1.Ia3Method;
import dev.lorikeet.proto.training.v1.Method;
import dev.lorikeet.proto.training.v1.MoeLoraMethod;
import dev.lorikeet.proto.training.v1.TrainableTokensMethod;
import dev.lorikeet.scheduler.request.AdaLora;
import dev.lorikeet.scheduler.request.BitFit;
import dev.lorikeet.scheduler.request.Bottleneck;
import dev.lorikeet.scheduler.request.Full;
import dev.lorikeet.scheduler.request.Ia3;
import dev.lorikeet.scheduler.request.Lora;
import dev.lorikeet.scheduler.request.MoeLora;
import dev.lorikeet.scheduler.request.PTuning;
import dev.lorikeet.scheduler.request.PrefixTuning;
import dev.lorikeet.scheduler.request.PromptTuning;
import dev.lorikeet.scheduler.request.Targets;
import dev.lorikeet.scheduler.request.TrainableTokens;
import dev.lorikeet.scheduler.request.Vora;
import java.util.List;
import java.util.OptionalDouble;

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
            case MOE_LORA -> moeLora(method.getMoeLora());
            case ADALORA -> AdaLoraMapper.toSpec(method.getAdalora());
            case TRAINABLE_TOKENS ->
                new TrainableTokens(method.getTrainableTokens().getTokensList());
            case VORA -> VoraMapper.toSpec(method.getVora());
            case IA3 ->
                new Ia3(
                        method.getIa3().getTargetModulesList(),
                        method.getIa3().getFeedforwardModulesList(),
                        method.getIa3().getExcludeModulesList());
            case BITFIT -> new BitFit(TargetsMapper.toSpec(method.getBitfit()));
            case FULL -> new Full();
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
            case MoeLora moeLora ->
                Method.newBuilder().setMoeLora(moeLora(moeLora)).build();
            case AdaLora adaLora ->
                Method.newBuilder().setAdalora(AdaLoraMapper.toProto(adaLora)).build();
            case TrainableTokens(List<Integer> tokens) ->
                Method.newBuilder()
                        .setTrainableTokens(TrainableTokensMethod.newBuilder().addAllTokens(tokens))
                        .build();
            case Vora vora ->
                Method.newBuilder().setVora(VoraMapper.toProto(vora)).build();
            case Ia3(List<String> modules, List<String> feedForward, List<String> excluded) ->
                Method.newBuilder()
                        .setIa3(Ia3Method.newBuilder()
                                .addAllTargetModules(modules)
                                .addAllFeedforwardModules(feedForward)
                                .addAllExcludeModules(excluded))
                        .build();
            case BitFit(Targets targets) ->
                Method.newBuilder()
                        .setBitfit(TargetsMapper.with(BitFitMethod.newBuilder(), targets))
                        .build();
            case Full() ->
                Method.newBuilder().setFull(FullMethod.getDefaultInstance()).build();
        };
    }

    private static MoeLora moeLora(MoeLoraMethod from) {
        return new MoeLora(
                from.getRank(),
                from.getAlpha(),
                from.getDropout(),
                TargetsMapper.toSpec(from),
                new MoeLora.Gate(
                        from.getExperts(),
                        from.getTopK(),
                        from.hasBalanceCoefficient()
                                ? OptionalDouble.of(from.getBalanceCoefficient())
                                : OptionalDouble.empty()));
    }

    private static MoeLoraMethod moeLora(MoeLora from) {
        MoeLoraMethod.Builder to = TargetsMapper.with(MoeLoraMethod.newBuilder(), from.targets())
                .setRank(from.rank())
                .setAlpha(from.alpha())
                .setDropout(from.dropout())
                .setExperts(from.gate().experts())
                .setTopK(from.gate().topK());
        from.gate().balance().ifPresent(to::setBalanceCoefficient);
        return to.build();
    }
}
